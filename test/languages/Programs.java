import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Runs each class that is named, in one process, and writes its manifests, or why there are none, into a folder of its name. */
public class Programs {
  public static void main(String[] args) throws Exception {
    for (String name : Arrays.copyOfRange(args, 1, args.length)) {
      Path outdir = Files.createDirectories(Path.of(args[0], name));
      try {
        Class.forName(name).getDeclaredMethod("run", String.class).invoke(null, outdir.toString());
      } catch (ReflectiveOperationException error) {
        Files.writeString(outdir.resolve("error"), String.valueOf(error.getCause()));
      }
    }
    System.exit(0);
  }
}
