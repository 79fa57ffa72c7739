import type { Question, Values } from '../../../src/answers/question.ts'
import { render, shell } from '../../../src/blueprints/template.ts'
import type { Fix } from '../../../src/steps/diagnose.ts'
import type { Setup } from '../../../src/steps/results.ts'

/** What a person decides about the pages. */
export const asks: Question[] = [
  {
    key: 'pages.greeting',
    label: 'Greeting',
    help: 'What the page says.',
    type: 'text',
    default: () => 'Hello',
    check: value => (String(value).length <= 80 ? undefined : 'A greeting has at most 80 characters.'),
  },
]

/** What is installed on each server. */
export function setup(values: Values): Setup {
  const script = 'install -d /var/www/html && printf "%s" {{greeting}} >/var/www/html/index.html\n'
  return { script: render(script, { greeting: shell(String(values['pages.greeting'])) }), env: {}, secrets: {} }
}

/** Looks whether nginx runs. */
export const check =
  '#!/bin/bash\nsystemctl is-active --quiet nginx && echo "hop nginx ok" || echo "hop nginx bad it does not run"\n'

export const fixes: Record<string, Fix> = {
  machine: 'Start the pages’ server in the console.',
  nginx: 'Restart nginx.',
}
