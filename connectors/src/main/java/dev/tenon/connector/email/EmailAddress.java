package dev.tenon.connector.email;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// One mailbox with the name to show beside it.
///
/// The address is the ASCII form of RFC 5321 without quoted local parts and address literals: what
/// every provider takes. An internationalised domain is turned into its `xn--` form. Where the
/// older and the newer rules for that disagree about whose domain it is (`ß`, `ς`, joiners), it is
/// refused rather than sent to somebody else, and has to be given as `xn--`; a local part beyond
/// ASCII is refused, since not every provider takes one.
///
/// @param name shown to people, empty when there is none; at most 200 characters, no control
///   characters
/// @param address `local@domain`, at most 254 characters, the domain in ASCII
public record EmailAddress(String name, String address) {
  private static final int NAME_CHARS_MAX = 200;
  private static final int ADDRESS_CHARS_MAX = 254;
  private static final int LOCAL_CHARS_MAX = 64;

  /// IDNA 2003 maps these away, IDNA 2008 keeps them: two different domains.
  private static final Pattern DEVIATING = Pattern.compile("[\\u00DF\\u1E9E\\u03C2\\u200C\\u200D]");

  private static final Pattern LOCAL =
      Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");
  private static final Pattern DOMAIN =
      Pattern.compile(
          "([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]");

  public EmailAddress {
    address = withAsciiDomain(address);
    check("address", name, address);
  }

  /// The name as it may stand beside an address: without control characters, at most 200
  /// characters. For names that come from elsewhere and must not keep a mail from being sent.
  public static String cleanName(String name) {
    return Lines.clean(name, NAME_CHARS_MAX);
  }

  /// Any text as one line of at most `charsMax` characters, in the same way.
  public static String cleanLine(String text, int charsMax) {
    return Lines.clean(text, charsMax);
  }

  /// What is no domain stays as it is, and fails the check.
  private static String withAsciiDomain(String address) {
    int at = address.lastIndexOf('@');
    String domain = address.substring(at + 1);
    if (at < 0 || domain.chars().allMatch(c -> c < 0x80) || DEVIATING.matcher(domain).find()) {
      return address;
    }
    try {
      return address.substring(0, at + 1) + IDN.toASCII(domain, IDN.USE_STD3_ASCII_RULES);
    } catch (IllegalArgumentException e) {
      return address;
    }
  }

  /// The form in which two spellings of one mailbox are the same: without a name beside it, in
  /// lower case, the domain in ASCII. The part before the `@` may by the book tell cases apart; no
  /// mail server of note does, and whoever asked not to be written to means any spelling. Empty
  /// when it is no address.
  public static Optional<String> comparable(String text) {
    String bare = text.strip();
    int open = bare.lastIndexOf('<');
    if (open >= 0 && bare.endsWith(">")) {
      bare = bare.substring(open + 1, bare.length() - 1).strip();
    }
    try {
      return Optional.of(new EmailAddress("", bare).address().toLowerCase(Locale.ROOT));
    } catch (InvalidEmailException _) {
      return Optional.empty();
    }
  }

  public static EmailAddress of(String address) {
    return new EmailAddress("", address);
  }

  /// The domain part, as written.
  public String domain() {
    return address.substring(address.lastIndexOf('@') + 1);
  }

  /// As in a header of RFC 5322, with the name quoted: `"Ada" <ada@example.org>`. Not yet encoded
  /// for names beyond ASCII; HTTP providers take it as it is.
  public String formatted() {
    if (name.isEmpty()) {
      return address;
    }
    return "\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\" <" + address + ">";
  }

  @Override
  public String toString() {
    return formatted();
  }

  private static void check(String field, String name, String address) {
    if (name.length() > NAME_CHARS_MAX) {
      throw new InvalidEmailException(field, "has a name longer than 200 characters");
    }
    if (Lines.hasControl(name)) {
      throw new InvalidEmailException(field, "has a line break or control character in its name");
    }
    if (Lines.hasControl(address)) {
      throw new InvalidEmailException(field, "has a line break or control character in it");
    }
    int at = address.lastIndexOf('@');
    boolean valid =
        address.length() <= ADDRESS_CHARS_MAX
            && at > 0
            && at <= LOCAL_CHARS_MAX
            && LOCAL.matcher(address.substring(0, at)).matches()
            && DOMAIN.matcher(address.substring(at + 1)).matches();
    if (!valid) {
      throw new InvalidEmailException(
          field, "must be like name@example.org, but is '" + Lines.shown(address) + "'");
    }
  }
}
