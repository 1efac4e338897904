{{/* Secrets as files. The volume NAME is mounted at /run/argosy/NAME. */}}

{{/* All of a Secret's keys, or those that are named. */}}
{{- define "library.secretVolume" -}}
- name: {{ .name }}
  secret:
    secretName: {{ .secret }}
    defaultMode: 0440
    {{- with .keys }}
    items:
      {{- range . }}
      - key: {{ . }}
        path: {{ . }}
      {{- end }}
    {{- end }}
{{- end }}

{{- define "library.secretMount" -}}
- name: {{ . }}
  mountPath: /run/argosy/{{ . }}
  readOnly: true
{{- end }}
