import { owner } from '../../core/ids.ts'
import { operation } from '../../core/input.ts'

export const callerIdentityOperations = {
  'sts.GetCallerIdentity': operation('', (_, call) => ({
    AccountId: call.account,
    Arn: `acs:ram::${call.account}:user/sandbox`,
    IdentityType: 'RAMUser',
    PrincipalId: `${owner(call)}`,
    UserId: `${owner(call)}`,
  })),
}
