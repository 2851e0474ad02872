/// The version of the program, of the module and of the package; `packaging/version` reads it here.
let version = "0.1.0"
