{{/*
`helm test`: a pod that runs `argosy probe`. A chart describes it by test.env, test.mounts, test.volumes and test.egress.
The pod and its policy have one name, since `helm test --logs` takes every object of a test for a pod.
*/}}

{{- define "library.testMetadata" -}}
name: {{ include "library.name" .root }}-test
labels:
  app.kubernetes.io/name: probe
  app.kubernetes.io/instance: {{ include "library.name" .root }}
  app.kubernetes.io/part-of: argosy
annotations:
  helm.sh/hook: test
  helm.sh/hook-weight: {{ .weight | quote }}
  helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{- define "library.testPod" -}}
apiVersion: v1
kind: Pod
metadata:
  {{- include "library.testMetadata" (dict "root" . "weight" 0) | nindent 2 }}
spec:
  restartPolicy: Never
  activeDeadlineSeconds: 120
  {{- include "library.confinement" . | nindent 2 }}
  containers:
    - name: probe
      image: {{ include "library.image" (dict "root" . "image" .Values.test.image) }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      {{- include "library.containerSecurity" . | nindent 6 }}
      args:
        - probe
      env:
        {{- include "test.env" . | trim | nindent 8 }}
      resources:
        requests:
          cpu: 50m
          memory: 32Mi
        limits:
          memory: 128Mi
      volumeMounts:
        {{- include "test.mounts" . | trim | nindent 8 }}
  volumes:
    {{- include "test.volumes" . | trim | nindent 4 }}
{{- end }}

{{- define "library.testNetworkPolicy" -}}
{{- if .Values.networkPolicy.enabled -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "library.testMetadata" (dict "root" . "weight" -1) | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: probe
      app.kubernetes.io/instance: {{ include "library.name" . }}
  policyTypes:
    - Ingress
    - Egress
  ingress: []
  egress:
    {{- include "library.egressToDns" . | nindent 4 }}
    {{- include "test.egress" . | trim | nindent 4 }}
{{- end -}}
{{- end }}
