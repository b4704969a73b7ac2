'use client';
import { useMutation } from '@tanstack/react-query';
import { api } from '#ui/api.ts';
import type { FirstFrame } from './draft.ts';

/** Brings the picture that the clip begins with into our storage: a file of this computer, or what a link leads to. */
export function useFirstFrame(onChange: (frame: FirstFrame | null) => void) {
  const upload = useMutation({
    mutationFn: async (source: File | string): Promise<FirstFrame> => {
      if (typeof source === 'string') {
        if (!/^https:\/\/\S+$/i.test(source)) throw new Error('A link to a picture begins with https://');
        return { id: (await api.uploadFrom(source)).id, name: source };
      }
      if (!source.type.startsWith('image/')) throw new Error('A first frame is a picture: PNG, JPEG or WebP.');
      return { id: (await api.upload(source)).id, name: source.name };
    },
    onSuccess: onChange,
  });
  return {
    isUploading: upload.isPending,
    error: upload.error,
    add: upload.mutate,
    clear: () => {
      onChange(null);
      upload.reset();
    },
  };
}

/** The first picture that was dropped or pasted, if any: the file, else the link to it that a browser gives with it. */
export function pictureIn(data: DataTransfer | null): File | string | undefined {
  const file = [...(data?.files ?? [])].find(({ type }) => type.startsWith('image/'));
  if (file) return file;
  const link = data?.getData('text/uri-list').split('\n')[0]?.trim();
  return link?.startsWith('https:') ? link : undefined;
}
