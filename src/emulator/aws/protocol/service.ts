/** How a service's calls look on the wire. EC2's dialect of the query protocol differs enough to be its own. */
export type Family = 'ec2' | 'query' | 'json' | 's3' | 'route53'

/** What the wire of a service looks like. */
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
  /** Its resources live in no region: calls count as us-east-1, as they are signed. */
  global: boolean
  /** The official client, which brings the schemas of every operation. Loaded with the service's first request. */
  load(): Promise<object>
}

/** What the wire of a service looks like: versions, name spaces and targets are those of the official client. */
export function wire(
  name: string,
  family: Family,
  version: string,
  load: () => Promise<object>,
  more: Partial<ServiceEntry> = {},
): ServiceEntry {
  const xmlNamespace = `http://${more.signedAs ?? name}.amazonaws.com/doc/${version}/`
  return { name, signedAs: name, family, version, xmlNamespace, target: '', global: false, load, ...more }
}
