import type { Question, Values } from '../../../answers/question.ts'
import type { Drawing, Ref } from '../../../engine/kind.ts'
import type { Database, Setup } from '../../../steps/results.ts'

export interface Network {
  id: Ref<string>
  cidr: string
}
export interface Subnet {
  id: Ref<string>
  zone: string
  cidr: string
  address: string
}
export interface Machine {
  id: Ref<string>
  name: string
  privateIp: Ref<string>
  publicIp: Ref<string> | undefined
  address: string
}
export interface Application {
  ready: { address: string }[]
}
export interface Balancer {
  host: Ref<string>
  port: number
  internal: boolean
  ready: { address: string }[]
}
export interface Stack {
  network: Network
  subnets: Subnet[]
  machines: Machine[]
  database: Database
  application: Application
  balancer: Balancer
}
export interface Chapter<Live, Needs extends keyof Stack, Gives> {
  title: string
  asks: Question<Live>[]
  draw(on: Drawing, values: Values, sofar: Pick<Stack, Needs> & { stack: string; setup: Setup }): Gives
}
