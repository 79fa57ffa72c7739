import type { Provider } from './provider.ts'

/** Every cloud by id; loaded when it is used. */
export const providers: Record<string, () => Promise<Provider>> = {
  alicloud: async () => (await import('./alicloud/index.ts')).alicloud as unknown as Provider,
  aws: async () => (await import('./aws/index.ts')).aws as unknown as Provider,
}

/** What people call a cloud, without loading it; its id where it is not known here. */
export function cloudTitle(id: string): string {
  return Object.hasOwn(titles, id) ? titles[id]! : id
}

const titles: Record<string, string> = { alicloud: 'Alibaba Cloud', aws: 'AWS' }
