import type { Provider } from './provider.ts'

/** Every cloud with the title that people read; for views and help, which load no provider. */
export const clouds: readonly { id: string; title: string }[] = [
  { id: 'alicloud', title: 'Alibaba Cloud' },
  { id: 'aws', title: 'AWS' },
]

/** Every cloud's provider by id; each is loaded when it is used. */
export const providers: Record<string, () => Promise<Provider>> = {
  alicloud: async () => (await import('./alicloud/index.ts')).alicloud as unknown as Provider,
  aws: async () => (await import('./aws/index.ts')).aws as unknown as Provider,
}

/** The title of a cloud; its id where it is not known here. */
export function cloudTitle(id: string): string {
  return clouds.find(cloud => cloud.id === id)?.title ?? id
}
