#if Server
  import Foundation
  import NIOSSL
  import TextGeneration

  extension ServerOptions {
    /// How HTTPS is spoken; nil where no certificate was given.
    /// - Throws: `GenerationError` that names the file which is missing or holds something else.
    func tlsConfiguration() throws(GenerationError) -> TLSConfiguration? {
      guard certificatePath != nil || privateKeyPath != nil else { return nil }
      guard let certificatePath, let privateKeyPath else {
        throw GenerationError(
          .invalidOption, "a certificate needs its private key and the other way round; give both files.")
      }
      let chain = try Self.read(certificatePath, "certificate") { try NIOSSLCertificate.fromPEMFile($0) }
      let key = try Self.read(privateKeyPath, "private key") { try NIOSSLPrivateKey(file: $0, format: .pem) }
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
      configuration.minimumTLSVersion = .tlsv12
      // A key that belongs to another certificate shows here, not at the first client.
      do { _ = try NIOSSLContext(configuration: configuration) } catch {
        throw GenerationError(
          .invalidOption,
          "\(privateKeyPath) is not the key of the certificate in \(certificatePath); give the one that is.")
      }
      return configuration
    }

    private static func read<Value>(
      _ path: String, _ what: String, _ read: (String) throws -> Value
    ) throws(GenerationError) -> Value {
      guard FileManager.default.isReadableFile(atPath: path) else {
        throw GenerationError(
          .invalidOption, "\(path): no such file, or not to be read; give the \(what) as a PEM file.")
      }
      do { return try read(path) } catch {
        throw GenerationError(.invalidOption, "\(path) holds no \(what) in the PEM format; give a file that does.")
      }
    }
  }
#endif
