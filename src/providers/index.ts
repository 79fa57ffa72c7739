import type { Provider } from './provider.ts'

/** Every cloud by id; loaded when it is used. */
export const providers: Record<string, () => Promise<Provider>> = {
  alicloud: async () => (await import('./alicloud/index.ts')).alicloud as unknown as Provider,
}
