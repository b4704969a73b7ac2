import { SettingsStart } from '#ui/settings/settings-start.tsx';

export default function Page() {
  return <SettingsStart />;
}
