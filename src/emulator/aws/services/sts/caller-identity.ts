import type { Operation } from '../../../world/model.ts'
import { operation } from '../../core/input.ts'

export const callerIdentityOperations: Record<string, Operation> = {
  'sts.GetCallerIdentity': operation('', (_, call) => ({
    Account: call.account,
    Arn: `arn:aws:iam::${call.account}:user/sandbox`,
    UserId: 'AIDASANDBOXSANDBOXSAN',
  })),
}
