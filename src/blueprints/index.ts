import type { Blueprint } from './blueprint.ts'
import { django } from './django/blueprint.ts'
import { djangoChannels } from './django-channels/blueprint.ts'
import { rails } from './rails/blueprint.ts'
import { threeTier } from './three-tier/blueprint.ts'

/** Every blueprint, in the order of the list people choose from. The first of a cloud is its usual one: new ones come last. */
export const blueprints: Blueprint[] = [django, rails, threeTier, djangoChannels]
