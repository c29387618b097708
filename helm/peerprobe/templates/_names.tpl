{{- define "peerprobe.name" -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}-operator
{{- end -}}

{{- define "peerprobe.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "peerprobe.labels" -}}
app.kubernetes.io/name: peerprobe-operator
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: peerprobe
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}
