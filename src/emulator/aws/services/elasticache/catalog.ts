/** What the emulated AWS offers as caches: engines with their versions, and node types. */
export interface CacheEngine {
  name: 'valkey' | 'redis'
  /** As the console writes it. */
  title: string
  /** Oldest first; the last one is what a new cache without a version gets. */
  versions: CacheVersion[]
}

export interface CacheVersion {
  version: string
  family: string
}

/** Memcached has no replication groups and is left out. */
export const cacheEngines: CacheEngine[] = [
  {
    name: 'redis',
    title: 'Redis',
    versions: [
      { version: '5.0.6', family: 'redis5.0' },
      { version: '6.2', family: 'redis6.x' },
      { version: '7.0', family: 'redis7' },
      { version: '7.1', family: 'redis7' },
    ],
  },
  {
    name: 'valkey',
    title: 'Valkey',
    versions: [
      { version: '7.2', family: 'valkey7' },
      { version: '8.0', family: 'valkey8' },
      { version: '8.1', family: 'valkey8' },
      { version: '9.1', family: 'valkey9' },
    ],
  },
]

/** A node type, and its memory in MiB. */
export interface NodeType {
  name: string
  memory: number
}

/** The current families, a few sizes each (docs/facts/aws.md, ElastiCache). */
export const nodeTypes: NodeType[] = [
  { name: 'cache.t4g.micro', memory: 512 },
  { name: 'cache.t4g.small', memory: 1402 },
  { name: 'cache.t4g.medium', memory: 3164 },
  { name: 'cache.t3.micro', memory: 512 },
  { name: 'cache.t3.small', memory: 1402 },
  { name: 'cache.t3.medium', memory: 3164 },
  { name: 'cache.m7g.large', memory: 6533 },
  { name: 'cache.r7g.large', memory: 13_384 },
]

/** The node type of that name; undefined when it is not simulated. */
export function nodeTypeNamed(name: string): NodeType | undefined {
  return nodeTypes.find(one => one.name === name)
}
