package dev.tenon.console;

import dev.tenon.tenant.TenantId;
import java.io.IOException;

/// Serves the console over made-up rows until a line is typed, for looking at it while working on
/// it. Prints log-in addresses, then the pages worth seeing. The other tenant has nothing yet.
final class ConsolePreview {
  private ConsolePreview() {}

  public static void main(String[] arguments) throws IOException {
    try (var fixture = new ConsoleFixture();
        var server = new ConsoleServer(fixture)) {
      ConsoleStory.Story story = ConsoleStory.tell(fixture);
      for (int i = 0; i < 5; i++) {
        System.out.println(server.login(TenantId.PLATFORM));
      }
      String base = server.at(Frame.base(fixture.tenant));
      System.out.println(base + story.eventPath());
      System.out.println(base + story.messagePath());
      System.out.println(server.at(Frame.base(fixture.other) + "/overview"));
      int _ = System.in.read();
    }
  }
}
