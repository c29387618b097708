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
{{- if has $key (list "weight" "tolerationSeconds") -}}
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

{{- define "peerprobe.image" -}}
{{- $tag := include "peerprobe.text" .Values.image.tag -}}
{{ .Values.image.repository }}:{{ $tag | default .Chart.AppVersion }}
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
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: peerprobe
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" | quote }}
{{- end -}}
