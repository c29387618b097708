import type { Desired } from '../../model/probe/owned.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

interface Acl { resource?: { type?: string, name?: string, patternType?: string }, operations?: string[] }

// Up to three for each consumer group. If the group changes more often than that before a pod has rolled, the earliest rights are lost.
const MAX_KEPT = 32

/**
 * A Kafka user with the rights of an earlier plan that the live user still has: pods of that plan run until the rollout is
 * over, and read and commit in its group. Only rights of the form that a plan grants are kept, for other groups and topics.
 * Rights that somebody added by hand are not kept. Returns `user` itself when there is nothing to keep.
 */
export function withFormerRights (user: Desired, live: KubeObject | undefined): Desired {
  const wanted = aclsOf(user.object)
  const known = new Set(wanted.map(nameOf))
  const kept = aclsOf(live).filter(acl => !known.has(nameOf(acl)) && wanted.some(own => isOfForm(acl, own))).map(plain).slice(-MAX_KEPT)

  return kept.length === 0 ? user : { ...user, object: { ...user.object, spec: withAcls(user.object, [...wanted, ...kept]) } }
}

function withAcls ({ spec }: KubeObject, acls: readonly Acl[]): unknown {
  const { authorization, ...rest } = spec as { authorization: object }

  return { ...rest, authorization: { ...authorization, acls } }
}

function aclsOf (object: KubeObject | undefined): Acl[] {
  return (object?.['spec'] as { authorization?: { acls?: Acl[] } } | undefined)?.authorization?.acls ?? []
}

// A star means all of them.
function isOfForm ({ resource, operations = [] }: Acl, own: Acl): boolean {
  return resource?.name !== undefined && resource.name !== '*' && resource.patternType === 'literal' && resource.type === own.resource?.type
    && [...operations].sort().join() === [...own.operations ?? []].sort().join()
}

function nameOf ({ resource }: Acl): string {
  return `${resource?.type ?? ''} ${resource?.name ?? ''}`
}

// Without fields that the server may have filled in.
function plain ({ resource, operations }: Acl): Acl {
  return { resource: { type: resource?.type ?? '', name: resource?.name ?? '', patternType: 'literal' }, operations: operations ?? [] }
}
