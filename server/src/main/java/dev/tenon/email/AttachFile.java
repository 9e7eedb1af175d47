package dev.tenon.email;

import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.http.About;
import dev.tenon.http.ProblemException;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A file to send with a message.
public record AttachFile(
    @About("The file's name; providers refuse those of programs, such as `.exe`.") String name,
    @About("Such as `application/pdf`; by the ending of the name where it is left out.")
        @Nullable String contentType,
    @About("Base64.") String content,
    @About("Makes it a picture within the HTML: `<img src=\"cid:logo\">` for `logo`.")
        @Nullable String contentId) {
  /// As many as the narrowest provider is known to take with ease; the size of all together is
  /// bounded with the message.
  private static final int FILES_MAX = 25;

  private static final String UNKNOWN_TYPE = "application/octet-stream";

  /// What Postmark ("Forbidden file types", read 2026-11-23) or Amazon SES ("Unsupported attachment
  /// types", the same day) refuses. Refused by us for all, since a message must not depend on which
  /// of its connections is well.
  private static final Set<String> FORBIDDEN =
      Set.of(
          ("ade adp app asp bas bat bin cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf"
                  + " ins isp its js jse ksh lib lnk mad maf mag mam maq mar mas mat mau mav maw mda"
                  + " mdb mde mdt mdw mdz msc msh msh1 msh2 mshxml msh1xml msh2xml msi msp mst ops"
                  + " pcd pif plg prf prg ps1 ps1xml ps2 ps2xml psc1 psc2 reg scf scr sct shb shs sys"
                  + " tmp url vb vba vbe vbs vps vsmacros vss vst vsw vxd ws wsc wsf wsh wsl xnk")
              .split(" "));

  @Override
  public String toString() {
    return name;
  }

  /// The files, checked. Throws [ProblemException] with the name of what is wrong.
  static List<MailFile> read(@Nullable List<AttachFile> given) {
    if (given == null) {
      return List.of();
    }
    if (given.size() > FILES_MAX) {
      throw ProblemException.invalidField("attachments", "At most %d files.".formatted(FILES_MAX));
    }
    List<MailFile> files = new ArrayList<>(given.size());
    for (int i = 0; i < given.size(); i++) {
      files.add(given.get(i).read("attachments[%d]".formatted(i)));
    }
    return List.copyOf(files);
  }

  private MailFile read(String field) {
    String ending = name.substring(name.lastIndexOf('.') + 1).strip().toLowerCase(Locale.ROOT);
    if (name.indexOf('.') >= 0 && FORBIDDEN.contains(ending)) {
      throw ProblemException.invalidField(
          field + ".name",
          "Providers refuse files that end in .%s. Send a link to it.".formatted(ending));
    }
    var file = new MailFile(name, type(), contentId == null ? "" : contentId, content);
    if (content.isEmpty()) {
      throw ProblemException.invalidField(field + ".content", "The file is empty.");
    }
    try {
      var _ = file.toAttachment();
    } catch (InvalidEmailException e) {
      throw ProblemException.invalidField(field, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw ProblemException.invalidField(
          field + ".content", "The content is base64 (RFC 4648), without line breaks.");
    }
    return file;
  }

  private String type() {
    if (contentType != null) {
      return contentType;
    }
    String guessed = URLConnection.guessContentTypeFromName(name);
    return guessed == null ? UNKNOWN_TYPE : guessed;
  }
}
