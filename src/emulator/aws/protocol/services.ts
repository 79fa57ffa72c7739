/** How a service's calls look on the wire. EC2's dialect of the query protocol differs enough to be its own. */
export type Family = 'ec2' | 'query' | 'json' | 's3' | 'route53'

export interface ServiceEntry {
  /** The name operations are filed under: `elbv2` in `elbv2.CreateLoadBalancer`. */
  name: string
  /** The name in a signature's scope: `…/ap-northeast-1/elasticloadbalancing/aws4_request`. */
  signedAs: string
  family: Family
  version: string
  xmlNamespace: string
  /** Before the dot of `x-amz-target`; JSON services only. */
  target: string
  /** Its things live in no region: calls count as us-east-1, as they are signed. */
  global: boolean
  /** The official client, which brings the schemas of every operation. Loaded with the service's first request. */
  load(): Promise<object>
}

const entry = (
  name: string,
  family: Family,
  version: string,
  load: () => Promise<object>,
  more: Partial<ServiceEntry> = {},
): ServiceEntry => ({
  name,
  signedAs: name,
  family,
  version,
  xmlNamespace: `http://${more.signedAs ?? name}.amazonaws.com/doc/${version}/`,
  target: '',
  global: false,
  load,
  ...more,
})

/** The services of the embedded AWS. Versions, name spaces and targets are those of the official clients. */
export const services: ServiceEntry[] = [
  entry('ec2', 'ec2', '2016-11-15', () => import('@aws-sdk/client-ec2')),
  entry('rds', 'query', '2014-10-31', () => import('@aws-sdk/client-rds')),
  entry('elbv2', 'query', '2015-12-01', () => import('@aws-sdk/client-elastic-load-balancing-v2'), {
    signedAs: 'elasticloadbalancing',
  }),
  entry('autoscaling', 'query', '2011-01-01', () => import('@aws-sdk/client-auto-scaling')),
  entry('iam', 'query', '2010-05-08', () => import('@aws-sdk/client-iam'), {
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    global: true,
  }),
  entry('sts', 'query', '2011-06-15', () => import('@aws-sdk/client-sts'), {
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  }),
  entry('ssm', 'json', '2014-11-06', () => import('@aws-sdk/client-ssm'), { target: 'AmazonSSM' }),
  entry('acm', 'json', '2015-12-08', () => import('@aws-sdk/client-acm'), { target: 'CertificateManager' }),
  entry('secretsmanager', 'json', '2017-10-17', () => import('@aws-sdk/client-secrets-manager'), {
    target: 'secretsmanager',
  }),
  entry('route53', 'route53', '2013-04-01', () => import('@aws-sdk/client-route-53'), {
    xmlNamespace: 'https://route53.amazonaws.com/doc/2013-04-01/',
    global: true,
  }),
  entry('s3', 's3', '2006-03-01', () => import('@aws-sdk/client-s3')),
]

/** The service that a signature's scope names; nothing for one that is not embedded. */
export function serviceSigned(name: string): ServiceEntry | undefined {
  return services.find(service => service.signedAs === name)
}
