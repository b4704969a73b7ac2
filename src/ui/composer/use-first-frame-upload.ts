'use client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#ui/api.ts';
import { rememberFirstFrame } from '#ui/first-frames.ts';

export type FirstFrame = { id: string; url: string; name: string };

/** Uploads a picture that the clip begins with. */
export function useFirstFrameUpload() {
  const [frame, setFrame] = useState<FirstFrame | null>(null);
  const upload = useMutation({
    mutationFn: async (file: File) => {
      if (!file.type.startsWith('image/')) throw new Error('A first frame is a picture: PNG, JPEG or WebP.');
      const { id } = await api.upload(file);
      return { id, url: URL.createObjectURL(file), name: file.name };
    },
    onSuccess: (uploaded) => {
      rememberFirstFrame(uploaded.id, uploaded.url);
      setFrame(uploaded);
    },
  });
  return {
    frame,
    isUploading: upload.isPending,
    error: upload.error,
    add: upload.mutate,
    clear: () => {
      setFrame(null);
      upload.reset();
    },
  };
}

/** The first picture that was dropped or pasted, if any. */
export const imageIn = (data: DataTransfer | null): File | undefined =>
  [...(data?.files ?? [])].find((file) => file.type.startsWith('image/'));
