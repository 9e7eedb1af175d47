package dev.tenon.vault;

/// The vault can't seal or open: the key file, the tenant's key or the sealed bytes are wrong. The
/// message names what, never a value.
public final class VaultException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public VaultException(String message) {
    super(message);
  }

  public VaultException(String message, Throwable cause) {
    super(message, cause);
  }
}
