export { fromNodeProviderChain } from '@aws-sdk/credential-providers'
