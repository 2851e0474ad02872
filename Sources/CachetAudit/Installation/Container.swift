import FoundationEssentials
import Glibc

/// Whether this process runs in a container, as container managers tell those inside.
enum Container {
  static var isAround: Bool {
    isAround(below: "", environment: ProcessInfo.processInfo.environment)
  }

  /// systemd's container interface and podman (`container`), Docker, podman, Kubernetes.
  static func isAround(below root: String, environment: [String: String]) -> Bool {
    for name in ["container", "KUBERNETES_SERVICE_HOST"] {
      if let value = environment[name], !value.isEmpty { return true }
    }
    return ["/.dockerenv", "/run/.containerenv", "/run/systemd/container"].contains { path in
      unsafe access(root + path, F_OK) == 0
    }
  }
}
