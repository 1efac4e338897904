{{/* What makes the library's pod the API's. */}}

{{- define "service.kind" -}}Deployment{{- end }}
{{- define "service.strategy" -}}{{ include "library.rollingUpdate" . }}{{- end }}

{{- define "service.args" -}}
- serve
{{- end }}

{{- define "service.env" -}}
- name: ARGOSY_LISTEN
  value: 0.0.0.0:8444
- name: ARGOSY_TLS_CERTIFICATE
  value: /run/argosy/tls/tls.crt
- name: ARGOSY_TLS_KEY
  value: /run/argosy/tls/tls.key
{{ include "api.databaseEnv" . }}
- name: ARGOSY_DATABASE_CONNECTIONS
  value: {{ int .Values.database.connections | quote }}
{{ include "api.sealEnv" . }}
{{- if .Values.redis.enabled }}
- name: ARGOSY_REDIS_URL_FILE
  value: /run/argosy/secrets/redis-url
{{- end }}
- name: ARGOSY_REQUESTS_PER_MINUTE
  value: {{ int64 .Values.limits.requestsPerMinute | quote }}
- name: ARGOSY_BATCHES_PER_MINUTE
  value: {{ int64 .Values.limits.batchesPerMinute | quote }}
{{- end }}

{{- define "api.databaseEnv" -}}
- name: ARGOSY_DATABASE_URL_FILE
  value: /run/argosy/secrets/database-url
{{- end }}

{{- define "api.sealEnv" -}}
- name: ARGOSY_SEAL_KEY_FILE
  value: /run/argosy/secrets/seal-key
{{- end }}

{{- define "service.ports" -}}
- name: https
  containerPort: 8444
{{- end }}

{{- define "service.mounts" -}}
{{ include "library.secretMount" "tls" }}
{{ include "library.secretMount" "secrets" }}
{{- end }}

{{- define "service.volumes" -}}
{{ include "library.secretVolume" (dict "name" "tls" "secret" .Values.tls.secret "keys" (list "tls.crt" "tls.key")) }}
{{ include "library.secretVolume" (dict "name" "secrets" "secret" .Values.secret) }}
{{- end }}

{{/* A pod of this version waits until the migrations of this version are done, in whatever order things were applied. */}}
{{- define "service.initContainers" -}}
- name: await-schema
  {{- include "library.container" . | nindent 2 }}
  args:
    - await-schema
  {{- include "api.onceEnv" (dict "root" . "env" (include "api.waitEnv" 600)) | nindent 2 }}
  {{- include "api.onceResources" . | nindent 2 }}
  volumeMounts:
    {{- include "library.secretMount" "secrets" | nindent 4 }}
{{- end }}

{{- define "service.ingress" -}}
- from:
    {{- range list "ingest" "probe" "simulator" "webapp" }}
    - {{ include "library.peer" . | nindent 6 | trim }}
    {{- end }}
    {{- with .Values.networkPolicy.from }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - port: 8444
{{- end }}

{{- define "service.egress" -}}
{{ include "library.egressTo" (dict "peers" .Values.networkPolicy.database "port" .Values.database.port) }}
{{- if .Values.redis.enabled }}
{{ include "library.egressTo" (dict "peers" .Values.networkPolicy.redis "port" .Values.redis.port) }}
{{- end }}
{{- end }}
