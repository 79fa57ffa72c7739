export {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient as Client,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-ecr'
