# Every image, from one compilation of the workspace. scripts/images gives the variables: `make images`.

variable "PREFIX" {
  description = "Registry and folder of the images."
  default     = "argosy"
}

variable "VERSION" {
  description = "The version of the workspace."
  default     = "0.0.0"
}

variable "REVISION" {
  description = "The commit that the images are made of."
  default     = ""
}

variable "SOURCE_DATE_EPOCH" {
  description = "The commit's time, which is the time of everything in an image."
  default     = "0"
}

variable "CACHE" {
  description = "The name of the caches of compilation; another name compiles everything anew."
  default     = "argosy"
}

group "default" {
  targets = ["image"]
}

target "programs" {
  context    = "."
  dockerfile = "docker/programs.Dockerfile"
  args = {
    CACHE             = CACHE
    SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH
  }
}

target "image" {
  name = image.name
  matrix = {
    image = [
      { name = "api", folder = "services/api", title = "Argosy API" },
      { name = "argosy", folder = "crates/cli", title = "Argosy's command" },
      { name = "ingest", folder = "services/ingest", title = "Argosy ingest" },
      { name = "simulator", folder = "services/simulator", title = "Argosy simulator" },
      { name = "webapp", folder = "services/webapp", title = "Argosy webapp" },
    ]
  }
  context  = image.folder
  contexts = { programs = "target:programs" }
  args     = { SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH }
  tags     = ["${PREFIX}/${image.name}:${REVISION}"]
  labels = {
    "org.opencontainers.image.title"    = image.title
    "org.opencontainers.image.source"   = "https://github.com/argosy/argosy"
    "org.opencontainers.image.revision" = REVISION
    "org.opencontainers.image.version"  = VERSION
    "org.opencontainers.image.licenses" = "MIT OR Apache-2.0"
  }
}
