import type { Values } from '../../../answers/question.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { Place } from '../../../steps/results.ts'
import { list, some } from '../../sentences.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { number, placesOf, text } from './names.ts'
import { selectionOf } from './selection.ts'

/** Before any of the `machines` is created, its zone must have its type, its image must fit and its disk exist. In the machines' order. */
export function checkMachines(on: StepDrawing<AlicloudLookups>, machines: Place[], values: Values): void {
  const places = placesOf(values)
  for (const check of [typeInStock, imageFits, diskFits]) {
    on.check(machines, (lookups, { makes }) => {
      // What exists already needs no stock.
      const due = places.filter((_, i) => makes(machines[i]!))
      return check(lookups, values, [...new Set(due.map(place => text(values, `vswitch${place + 1}.zone`)))])
    })
  }
}

async function typeInStock(lookups: AlicloudLookups, values: Values, zones: string[]): Promise<string[]> {
  const selection = selectionOf(values)
  const { type = '' } = selection
  const [stock, specs] = await Promise.all([lookups.catalog.stock(selection.billing), lookups.catalog.specs()])
  if (!specs.has(type)) {
    const others = await lookups.typeChoices(known(zones, stock), selection)
    return [
      `machine.type: there is no instance type ${type} in this region. In stock are for example ${some(others.map(({ value }) => String(value)))}.`,
    ]
  }
  const lacking = known(zones, stock).filter(zone => !stock.get(zone)?.has(type))
  if (lacking.length === 0) return []
  const elsewhere = [...stock].filter(([, types]) => types.has(type)).map(([zone]) => zone)
  const others = await lookups.typeChoices(known(zones, stock), selection)
  return [
    `machine.type: ${type} is out of stock in ${list(lacking)}. ` +
      (elsewhere.length > 0
        ? `${list(elsewhere)} ${elsewhere.length > 1 ? 'have' : 'has'} it (${zoneKey(values, lacking[0])}); `
        : '') +
      `in ${list(lacking)} there are for example ${some(others.map(({ value }) => String(value)))} (machine.type).`,
  ]
}

async function imageFits(lookups: AlicloudLookups, values: Values): Promise<string[]> {
  const { type = '' } = selectionOf(values)
  const id = text(values, 'machine.image')
  const [image, specs] = await Promise.all([lookups.catalog.image(id), lookups.catalog.specs()])
  const others = async () => some((await lookups.imageChoices(type)).map(({ value }) => String(value)))
  if (!image) return [`machine.image: there is no image ${id} in this region. Choose for example ${await others()}.`]
  const problems: string[] = []
  const arch = specs.get(type)?.arch
  if (arch && image.arch !== arch) {
    problems.push(
      `machine.image: ${id} is made for ${image.arch}, ${type} (machine.type) runs ${arch}. Choose for example ${await others()}.`,
    )
  }
  if (!image.linux) problems.push(`machine.image: ${id} is not Linux. Choose for example ${await others()}.`)
  if (number(values, 'machine.diskSize', 40) < image.size) {
    problems.push(`machine.diskSize: ${id} (machine.image) needs a system disk of ${image.size} GiB or more.`)
  }
  return problems
}

async function diskFits(lookups: AlicloudLookups, values: Values, places: string[]): Promise<string[]> {
  const selection = selectionOf(values)
  const { type = '' } = selection
  const category = text(values, 'machine.diskCategory')
  const size = number(values, 'machine.diskSize', 40)
  const stock = await lookups.catalog.stock(selection.billing)
  // A type without stock has no disks either: that is reported once, at the type.
  const zones = places.filter(zone => stock.get(zone)?.has(type))
  const problems = await Promise.all(
    zones.map(async zone => {
      const disks = await lookups.catalog.disks(zone, type, selection.billing)
      const disk = disks.find(one => one.category === category)
      if (!disk) {
        return `machine.diskCategory: ${type} cannot have ${category} in ${zone}. Choose ${list(disks.map(one => one.category))}.`
      }
      if (size >= disk.min && size <= disk.max) return ''
      return `machine.diskSize: a ${category} system disk has ${disk.min} to ${disk.max} GiB, not ${size}.`
    }),
  )
  return [...new Set(problems.filter(Boolean))]
}

/** Without the zones that do not exist: those are reported with the VSwitches. */
function known(zones: string[], stock: Map<string, unknown>): string[] {
  return zones.filter(zone => stock.has(zone))
}

function zoneKey(values: Values, zone: string | undefined): string {
  return text(values, 'vswitch2.zone') === zone ? 'vswitch2.zone' : 'vswitch1.zone'
}
