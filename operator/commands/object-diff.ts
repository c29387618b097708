import { structuredPatch } from 'diff'
import { stringify } from 'yaml'
import { APPLIED_BY } from '../model/naming/labels.ts'
import type { KubeObject } from '../runtime/kube-object.ts'

/** Fields that the server and the operator write on their own. */
const ANNOTATIONS: ReadonlySet<string> = new Set([APPLIED_BY.hashAnnotation, 'deployment.kubernetes.io/revision', 'kubectl.kubernetes.io/last-applied-configuration'])
const CONTEXT_LINES = 2

/** The lines that differ between two states of an object, as YAML with a few lines of context; empty when no relevant field differs. */
export function objectDiff (before: KubeObject, after: KubeObject): string[] {
  const { hunks } = structuredPatch('', '', textOf(before), textOf(after), undefined, undefined, { context: CONTEXT_LINES })

  return hunks.flatMap(({ lines }, i) => i === 0 ? lines : ['…', ...lines])
}

function textOf ({ metadata, ...object }: KubeObject): string {
  const { name, namespace, labels, annotations = {}, ownerReferences, finalizers } = metadata
  const theirs = Object.fromEntries(Object.entries(annotations).filter(([key]) => !ANNOTATIONS.has(key)))
  const shown = { ...object, status: undefined, metadata: { name, namespace, labels, annotations: theirs, ownerReferences, finalizers } }

  return stringify(shown, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false })
}
