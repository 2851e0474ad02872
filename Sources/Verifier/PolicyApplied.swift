internal import OTP
public import Store

/// Why there is no policy to follow: its file, or what stands in it.
public enum NoPolicy: Error {
  case file(StoreFailure)
  case form(PolicyFailure)
}

/// `policy apply` writes two files: `policy.applied`, the text with a digest, and beside it the form,
/// which is all that sign-ins read.
extension Policy {
  /// Bytes of the largest form.
  public static var largestForm: Int { PolicyForm.largest }

  /// The name of the form beside the text called `name`.
  public static func form(of name: FileName) -> FileName? { name.withSuffix(".compiled") }

  /// Reads the form, where `location` has it.
  public init(at location: StoreLocation) throws(NoPolicy) {
    let bytes: SecretBytes
    do throws(StoreFailure) {
      guard let name = Policy.form(of: location.policy.name) else {
        throw StoreFailure(.policy, .missing)
      }
      bytes = try location.policy.open(location.owners, part: .policy)
        .contents(of: name, atMost: PolicyForm.largest, part: .policy)
    } catch {
      throw .file(error)
    }
    do throws(PolicyFailure) {
      try self.init(PolicyForm(verifying: bytes))
    } catch {
      throw .form(error)
    }
  }
}
