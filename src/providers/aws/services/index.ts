/** The official clients, each with the commands this program uses and no other. Loaded when first called. */
export const loaders = {
  acm: () => import('./acm.ts'),
  autoscaling: () => import('./autoscaling.ts'),
  ec2: () => import('./ec2.ts'),
  ecr: () => import('./ecr.ts'),
  elasticache: () => import('./elasticache.ts'),
  elbv2: () => import('./elbv2.ts'),
  iam: () => import('./iam.ts'),
  rds: () => import('./rds.ts'),
  route53: () => import('./route53.ts'),
  s3: () => import('./s3.ts'),
  ssm: () => import('./ssm.ts'),
  sts: () => import('./sts.ts'),
} as const

export type Service = keyof typeof loaders

type Loaded<S extends Service> = Awaited<ReturnType<(typeof loaders)[S]>>
type CommandName<S extends Service> = Extract<keyof Loaded<S>, `${string}Command`>

/** Names of a service's operations: `CreateVpc`. To use another one, name its command in the service's file. */
export type Action<S extends Service> = CommandName<S> extends `${infer A}Command` ? A : never

type Command<S extends Service, A extends Action<S>> = Loaded<S>[Extract<`${A}Command`, keyof Loaded<S>>]
type Made<C> = C extends abstract new (...args: never[]) => infer I ? I : never

/** The official input of an operation. */
export type Input<S extends Service, A extends Action<S>> = Made<Command<S, A>> extends { input: infer I } ? I : never

/** The official output of an operation, without what the client adds. */
export type Output<S extends Service, A extends Action<S>> =
  Made<Command<S, A>> extends {
    resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer O }>
  }
    ? Omit<O, '$metadata'>
    : never

/** As `AWS_ENDPOINT_URL_<ID>` calls them. */
export const endpointIds: Record<Service, string> = {
  acm: 'ACM',
  autoscaling: 'AUTO_SCALING',
  ec2: 'EC2',
  ecr: 'ECR',
  elasticache: 'ELASTICACHE',
  elbv2: 'ELASTIC_LOAD_BALANCING_V2',
  iam: 'IAM',
  rds: 'RDS',
  route53: 'ROUTE_53',
  s3: 'S3',
  ssm: 'SSM',
  sts: 'STS',
}
