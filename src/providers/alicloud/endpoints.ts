/** Products by the code Alibaba uses in host names, with the version of the API that is called. */
export const versions = {
  vpc: '2016-04-28',
  ecs: '2014-05-26',
  rds: '2014-08-15',
  slb: '2014-05-15',
  sts: '2015-04-01',
} as const

/** A product that is called. */
export type Product = keyof typeof versions

/** Regions served by the central host `<code>.aliyuncs.com`; everywhere else the regional one (maps of the official SDKs). */
const central: Partial<Record<Product, string[]>> = {
  vpc: ['cn-hangzhou'],
  rds: centralOfClassicProducts(),
  slb: centralOfClassicProducts(),
}

/**
 * The address of a product in a region, with scheme. `STACKWRIGHT_ALICLOUD_ENDPOINT` sends every product to one
 * address; `ALIBABA_CLOUD_ENDPOINT_<CODE>` overrides one product, as the Terraform provider does.
 */
export function endpointOf(product: Product, region: string, env: NodeJS.ProcessEnv): string {
  const everything = env.STACKWRIGHT_ALICLOUD_ENDPOINT
  if (everything) return withScheme(everything)
  const own = env[`ALIBABA_CLOUD_ENDPOINT_${product.toUpperCase()}`]
  if (own) return withScheme(own)
  if (product === 'ecs' && region === 'cn-hangzhou') return 'https://ecs-cn-hangzhou.aliyuncs.com'
  if (central[product]?.includes(region)) return `https://${product}.aliyuncs.com`
  return `https://${product}.${region}.aliyuncs.com`
}

function withScheme(address: string): string {
  const full = /^https?:\/\//.test(address) ? address : `https://${address}`
  return full.replace(/\/+$/, '')
}

function centralOfClassicProducts(): string[] {
  return [
    'cn-hangzhou',
    'cn-beijing',
    'cn-shanghai',
    'cn-shenzhen',
    'cn-hongkong',
    'ap-southeast-1',
    'us-west-1',
    'us-east-1',
    'cn-qingdao',
  ]
}
