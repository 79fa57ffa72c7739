export { type Draft, draftIn, noDraft } from './draft.ts'
export { type InterviewRequest, interview } from './interview.ts'
export type { WizardStep } from './progress.ts'
export type { Io } from './prompt.ts'
export {
  chooseStart,
  confirm,
  confirmByTyping,
  type Start,
  type StartChoice,
  type StartRequest,
} from './start.ts'
