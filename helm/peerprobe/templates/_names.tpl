{{- /* A name that every kind takes: a Service's begins with a letter, has no dot and ends at 63 characters (RFC 1035). */ -}}
{{- define "peerprobe.name" -}}
{{- $name := printf "%s-operator" .Release.Name -}}
{{- if regexMatch "^[a-z][-a-z0-9]{0,62}$" $name -}}
{{- $name -}}
{{- else -}}
{{- printf "peerprobe-%s-%s-operator" (.Release.Name | replace "." "-" | trunc 30 | trimSuffix "-") (.Release.Name | sha256sum | trunc 8) -}}
{{- end -}}
{{- end -}}

{{- /* A value that must be text: `--set` makes numbers of digits, and a values file has them as floating point. */ -}}
{{- define "peerprobe.text" -}}
{{- if kindIs "float64" . }}{{ int64 . }}{{ else if not (kindIs "invalid" .) }}{{ toString . }}{{ end -}}
{{- end -}}

{{- /* Lines of a map whose values must be text, such as annotations. */ -}}
{{- define "peerprobe.texts" -}}
{{- range $key, $value := . }}
{{- if not (kindIs "invalid" $value) }}
{{ $key | quote }}: {{ include "peerprobe.text" $value | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* A structure of the pod in which every value is text but the numbers that Kubernetes wants, as one line. */ -}}
{{- define "peerprobe.structure" -}}
{{- if kindIs "map" . -}}
{{- $lines := list -}}
{{- range $key, $value := . -}}
{{- if has $key (list "weight" "tolerationSeconds" "maxSkew" "minDomains") -}}
{{- $lines = append $lines (printf "%s: %d" (toJson $key) (int64 $value)) -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- $lines = append $lines (printf "%s: %s" (toJson $key) (include "peerprobe.structure" $value)) -}}
{{- end -}}
{{- end -}}
{ {{- join ", " $lines -}} }
{{- else if kindIs "slice" . -}}
{{- $items := list -}}
{{- range . -}}{{- $items = append $items (include "peerprobe.structure" .) -}}{{- end -}}
[ {{- join ", " $items -}} ]
{{- else -}}
{{- include "peerprobe.text" . | toJson -}}
{{- end -}}
{{- end -}}

{{- /* The name with a suffix, for what there is beside the operator: at most 63 characters as well, and of no other release. */ -}}
{{- define "peerprobe.nameWith" -}}
{{- $name := include "peerprobe.name" (index . 0) -}}
{{- $full := printf "%s-%s" $name (index . 1) -}}
{{- if le (len $full) 63 -}}
{{- $full -}}
{{- else -}}
{{- $end := printf "-%s-%s" ($name | sha256sum | trunc 8) (index . 1) -}}
{{- printf "%s%s" ($name | trunc (int (sub 63 (len $end))) | trimSuffix "-") $end -}}
{{- end -}}
{{- end -}}

{{- /* JSON without what is null: of a namespace's own fields helm takes none away. */ -}}
{{- define "peerprobe.json" -}}
{{- if kindIs "map" . -}}
{{- $fields := list -}}
{{- range $key, $value := . -}}
{{- if not (kindIs "invalid" $value) }}{{ $fields = append $fields (printf "%s:%s" (toJson $key) (include "peerprobe.json" $value)) }}{{ end -}}
{{- end -}}
{ {{- join "," $fields -}} }
{{- else -}}
{{- toJson . -}}
{{- end -}}
{{- end -}}

{{- /* With its digest, where there is one: then it stands for the appVersion, which it may not be. */ -}}
{{- define "peerprobe.image" -}}
{{- $image := .Values.image | default dict -}}
{{- $tag := include "peerprobe.text" $image.tag -}}
{{- if and $image.digest (contains "@" $tag) }}{{ fail "image.digest and image.tag both have a digest: leave it out of image.tag" }}{{ end -}}
{{- $image.repository | default "peerprobe" -}}
{{- with $tag | default (ternary "" .Chart.AppVersion (not (empty $image.digest))) }}:{{ . }}{{ end -}}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{- /* Of the value backup; nothing without a repository. */ -}}
{{- define "peerprobe.backupImage" -}}
{{- $image := .image | default dict -}}
{{- $tag := include "peerprobe.text" $image.tag -}}
{{- $repository := ternary "docker.io/library/mariadb" $image.repository (kindIs "invalid" $image.repository) -}}
{{- if and $image.digest (contains "@" $tag) }}{{ fail "backup.image.digest and backup.image.tag both have a digest: leave it out of backup.image.tag" }}{{ end -}}
{{- with $repository -}}
{{- . -}}
{{- with $tag | default (ternary "" "11.8" (not (empty $image.digest))) }}:{{ . }}{{ end -}}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "peerprobe.pullPolicy" -}}
{{- (.Values.image | default dict).pullPolicy | default "IfNotPresent" | quote -}}
{{- end -}}

{{- define "peerprobe.replicas" -}}
{{- ternary 1 (.Values.replicas | int) (kindIs "invalid" .Values.replicas) -}}
{{- end -}}

{{- /* By what the operator's metrics are scraped: PodMonitor, ServiceMonitor or nothing. */ -}}
{{- define "peerprobe.monitor" -}}
{{- $pods := (.Values.podMonitor | default dict).enabled -}}
{{- $service := (.Values.serviceMonitor | default dict).enabled -}}
{{- if and $pods $service }}{{ fail "podMonitor.enabled and serviceMonitor.enabled are both true: each figure would be there twice" }}{{ end -}}
{{- if $service -}}
ServiceMonitor
{{- else if or $pods (and (kindIs "invalid" $pods) (not (.Values.monitoring | default dict).scrapeAnnotations) (.Capabilities.APIVersions.Has "monitoring.coreos.com/v1/PodMonitor")) -}}
PodMonitor
{{- end -}}
{{- end -}}

{{- /* What the operator's container and that of the test may do: nothing. */ -}}
{{- define "peerprobe.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "peerprobe.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- /* Where a pod of the chart may be placed, and by what its image is pulled. */ -}}
{{- define "peerprobe.placement" -}}
{{- with (.Values.image | default dict).pullSecrets }}
imagePullSecrets: {{ include "peerprobe.structure" . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- include "peerprobe.texts" . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ include "peerprobe.structure" . }}
{{- end }}
{{- end -}}

{{- /* The pod of helm test: not one of the Service. */ -}}
{{- define "peerprobe.testSelector" -}}
app.kubernetes.io/name: peerprobe-operator-test
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- /* The namespaces that the operator looks after, with commas between them, or nothing. */ -}}
{{- define "peerprobe.watched" -}}
{{- $names := list -}}
{{- range prepend (.Values.watchNamespaces | default list) .Values.watchNamespace -}}
{{- with include "peerprobe.text" . -}}{{- $names = append $names . -}}{{- end -}}
{{- end -}}
{{- $names | uniq | join "," -}}
{{- end -}}

{{- define "peerprobe.selector" -}}
app.kubernetes.io/name: peerprobe-operator
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "peerprobe.labels" -}}
{{ include "peerprobe.selector" . }}
{{ include "peerprobe.commonLabels" . }}
{{- end -}}

{{- define "peerprobe.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: peerprobe
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" | quote }}
{{- end -}}
