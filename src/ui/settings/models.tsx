'use client';
import { useIsAdmin } from '#ui/admin/use-admin.ts';
import { Button } from '#ui/base/button.tsx';
import { Notice } from '#ui/base/notice.tsx';
import { useModels } from '#ui/use-models.ts';
import { Aliases } from './aliases.tsx';
import { Fallbacks } from './fallbacks.tsx';
import { ModelTable } from './model-table.tsx';

/** What can be asked for, and the names that older programs have for it. */
export function ModelsPage() {
  const models = useModels();
  const isAdmin = useIsAdmin();
  return (
    <div className="grid gap-10">
      <div className="grid gap-4">
        <div className="grid gap-2">
          <h1 className="text-lg font-medium">Models</h1>
          <p className="max-w-prose text-soft text-pretty">
            What can be asked for now. A take that a model cannot make is refused before anything is sent.
          </p>
        </div>
        {models.isError && !models.data && (
          <Notice
            title="The models could not be read"
            action={<Button onClick={() => models.refetch()}>Try again</Button>}
          >
            {models.error.message}
          </Notice>
        )}
        {models.isPending && <div aria-hidden="true" className="h-48 rounded-card bg-lifted/60" />}
        {models.data && <ModelTable models={models.data.models} />}
      </div>
      {isAdmin && models.data && <Aliases models={models.data.models} />}
      {isAdmin && models.data && <Fallbacks models={models.data.models} />}
    </div>
  );
}
