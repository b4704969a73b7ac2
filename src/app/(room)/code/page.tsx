import { UseFromCode } from '#ui/pages/use-from-code.tsx';
import { SettingsFrame } from '#ui/settings/settings-frame.tsx';

export default function Page() {
  return (
    <SettingsFrame>
      <UseFromCode />
    </SettingsFrame>
  );
}
