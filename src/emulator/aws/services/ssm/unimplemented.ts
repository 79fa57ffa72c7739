import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  {
    says: 'Sessions, documents of one’s own, automation, patches and maintenance windows are not simulated.',
    operations: [
      'StartSession',
      'CreateDocument',
      'StartAutomationExecution',
      'CreatePatchBaseline',
      'CreateMaintenanceWindow',
    ],
  },
  {
    says: 'The history and the labels of a parameter are not simulated.',
    operations: ['GetParameterHistory', 'LabelParameterVersion'],
  },
  { says: 'Without containers a command always succeeds, with output that says it was simulated.' },
]
