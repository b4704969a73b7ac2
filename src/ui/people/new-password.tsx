import { Field } from '#ui/base/field.tsx';

/** A password that is being chosen, as the server demands it. */
export function NewPassword({ label, fault }: { label: string; fault: string | null }) {
  return (
    <Field
      label={label}
      name="password"
      type="password"
      autoComplete="new-password"
      required
      minLength={8}
      maxLength={128}
      note="8 characters or more."
      fault={fault}
    />
  );
}
