{{/* How objects are named and labelled, and which image they run. */}}

{{/* The name of every object: the service's, as in kustomize/base. Another one lets two releases share a namespace. */}}
{{- define "library.name" -}}
{{ .Values.name | default .Chart.Name }}
{{- end }}

{{/* What all pods of a release have in common. */}}
{{- define "library.identity" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ include "library.name" . }}
{{- end }}

{{/* What selects the service's own pods and no job's; never with a version, since selectors cannot change. */}}
{{- define "library.selector" -}}
{{ include "library.identity" . }}
app.kubernetes.io/component: service
{{- end }}

{{- define "library.labels" -}}
{{ include "library.selector" . }}
app.kubernetes.io/part-of: argosy
{{- end }}

{{- define "library.metadata" -}}
{{ include "library.annotated" (dict "root" . "annotations" dict) }}
{{- end }}

{{/* The same with annotations of its own, which hold against those of the values. */}}
{{- define "library.annotated" -}}
name: {{ include "library.name" .root }}
labels:
  {{- include "library.labels" .root | nindent 2 }}
{{- with merge (deepCopy .annotations) .root.Values.annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* By digest where there is one. */}}
{{- define "library.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end }}
