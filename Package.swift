// swift-tools-version: 6.2
import PackageDescription

// Whatever runs inside a PAM host is compiled as Embedded Swift without a heap: no Swift runtime
// enters sshd, sudo or Apache. The trait carries compiler and linker settings alike, so that plain
// builds and tests compile the very same sources as ordinary Swift.
let embedded: BuildSettingCondition = .when(traits: ["EmbeddedModule"])

let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let hostSafe: [SwiftSetting] =
  strict + [
    .enableExperimentalFeature("Embedded", embedded),
    .unsafeFlags(
      [
        "-wmo",
        // Small code; it lets some heap calls pass unseen, which -no-allocations then refuses.
        "-Osize", "-Xfrontend", "-no-allocations",
        // Functions are not copied for each closure that they are called with.
        "-Xllvm", "-sil-disable-pass=closure-specialize",
        // Loops stay loops, however few their rounds.
        "-Xllvm", "-sil-disable-pass=loop-unroll",
        // Values are not taken apart before LLVM sees which parts are needed.
        "-Xllvm", "-sil-disable-pass=sroa",
        // All traps of a function share one place: nobody asks a stripped module which it was.
        "-Xfrontend", "-mergeable-traps",
        // No hash of its own source in what is loaded.
        "-Xfrontend", "-disable-incremental-llvm-codegen",
        // What many functions have in common becomes one that they call, for which no leaf may keep
        // data below its stack pointer. Leaves need no frame pointer.
        "-Xllvm", "-enable-machine-outliner=always", "-Xcc", "-mno-red-zone",
        "-Xcc", "-momit-leaf-frame-pointer",
        // What was read once may be read again: kept over calls it costs more.
        "-Xllvm", "-sil-disable-pass=redundant-load-elimination",
        // Nothing unwinds: typed errors are values, and a trap ends the process.
        "-Xcc", "-fno-asynchronous-unwind-tables", "-Xcc", "-fno-unwind-tables",
        // What nobody calls is dropped by the linker.
        "-Xfrontend", "-function-sections",
      ], embedded),
  ]

let strictC: [CSetting] = [
  .unsafeFlags(["-Wall", "-Wextra", "-Werror"]),
  .unsafeFlags(
    ["-Oz", "-ffunction-sections", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables"],
    embedded),
]

let smallLink = [
  "-no-toolchain-stdlib-rpath", "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "now",
  // Functions that nobody calls are dropped, those with the same code become one; a text that ends
  // another is not written twice.
  "-Xlinker", "--gc-sections", "-Xlinker", "--icf=all", "-Xlinker", "-O2",
]

let moduleLink: [LinkerSetting] = [
  .unsafeFlags(
    smallLink + [
      "-Xlinker", "--version-script=pam/exports.map", "-Xlinker", "-z", "-Xlinker", "nodelete",
      // Nothing is to be done when it is loaded, and it is never unloaded.
      "-Xclang-linker", "-nostartfiles",
    ], embedded)
]

let brokerLink: [LinkerSetting] = [.unsafeFlags(smallLink, embedded)]

let package = Package(
  name: "cachet-mfa",
  products: [
    .library(name: "pam_cachet_mfa", type: .dynamic, targets: ["PAMModule"]),
    .executable(name: "cachet-mfa-broker", targets: ["Broker"]),
    .executable(name: "cachet-mfa", targets: ["CachetMFA"]),
    .executable(name: "cachet-mfa-audit", targets: ["CachetAudit"]),
  ],
  traits: [
    .trait(
      name: "EmbeddedModule",
      description: "Compile what runs inside PAM hosts without Swift runtime and heap")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .target(name: "CPlatform", cSettings: strictC),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CTerminal", cSettings: strictC),
    .systemLibrary(
      name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
    .target(name: "OTP", dependencies: ["COpenSSL", "CPlatform"], swiftSettings: hostSafe),
    .target(name: "Store", dependencies: ["OTP", "CPlatform"], swiftSettings: hostSafe),
    .target(
      name: "Verifier", dependencies: ["Store", "OTP", "CPlatform"], swiftSettings: hostSafe),
    .target(
      name: "PAMShim", path: "pam/shim", cSettings: strictC, linkerSettings: [.linkedLibrary("pam")]
    ),
    .target(
      name: "PAMModule", dependencies: ["Verifier", "Store", "OTP", "CPlatform", "PAMShim"],
      swiftSettings: hostSafe, linkerSettings: moduleLink),
    .target(
      name: "PAMClient", path: "pam/client", cSettings: strictC,
      linkerSettings: [.linkedLibrary("pam"), .linkedLibrary("crypt")]),
    .target(name: "CBroker", cSettings: strictC),
    .executableTarget(
      name: "Broker",
      dependencies: ["Verifier", "Store", "OTP", "CPlatform", "CBroker", "PAMClient"],
      swiftSettings: hostSafe, linkerSettings: brokerLink),
    .executableTarget(
      name: "CachetMFA",
      dependencies: [
        "Verifier", "Store", "OTP", "CPlatform", "CQREncode", "CTerminal",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .target(
      name: "CAdvisories", exclude: ["advisories.json"],
      cSettings: strictC + [.unsafeFlags(["-std=c23"])]),
    .systemLibrary(
      name: "CPwquality", pkgConfig: "pwquality", providers: [.apt(["libpwquality-dev"])]),
    .systemLibrary(
      name: "CMariaDB", pkgConfig: "libmariadb", providers: [.apt(["libmariadb-dev"])]),
    .systemLibrary(name: "CXattr"),
    .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .executableTarget(
      name: "CachetAudit",
      dependencies: [
        "CAdvisories", "COpenSSL", "CTerminal", "CPwquality", "CMariaDB", "CPQ", "CSQLite",
        "CXattr", "CZlib",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "AuditTests", dependencies: ["CachetAudit", "CSQLite", "CXattr", "TestSupport"],
      exclude: ["Schemas"], swiftSettings: strict),
    .testTarget(name: "OTPTests", dependencies: ["OTP", "COpenSSL"], exclude: ["Embedded"]),
    .target(name: "StoreFaults", path: "Tests/StoreTool/Faults", cSettings: strictC),
    .executableTarget(
      name: "StoreTool", dependencies: ["Store", "OTP", "StoreFaults"],
      path: "Tests/StoreTool/Tool", swiftSettings: strict),
    .testTarget(
      name: "StoreTests", dependencies: ["Store", "OTP", "CPlatform", "TestSupport", "StoreTool"]),
    .testTarget(name: "VerifierTests", dependencies: ["Verifier", "Store", "OTP", "CPlatform"]),
    .target(
      name: "TestSupport", dependencies: ["COpenSSL"], path: "Tests/Support", swiftSettings: strict),
    .testTarget(name: "PAMTests", dependencies: ["TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "HostTests", dependencies: ["CachetAudit", "TestSupport"],
      exclude: ["cachet", "packages", "testroot"],
      swiftSettings: strict),
    .testTarget(
      name: "CLITests", dependencies: ["CachetMFA", "TestSupport", "Store", "OTP"],
      exclude: ["Scripts"], swiftSettings: strict),
  ]
)
