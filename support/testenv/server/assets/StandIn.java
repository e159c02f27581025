import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.h2.mvstore.MVStore;

/** A MongoDB stand-in: StandIn PORT keeps data in memory, StandIn PORT FILE in a file. */
public final class StandIn {
    public static void main(String[] args) {
        MongoBackend backend = args.length > 1 ? new Durable(open(args[1])) : new MemoryBackend();
        backend.version(new Version());
        MongoServer server = new MongoServer(backend);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
        server.bind("127.0.0.1", Integer.parseInt(args[0]));
    }

    private static MVStore open(String file) {
        return new MVStore.Builder().fileName(file).autoCommitDisabled().open();
    }

    /** The newest wire version that the driver asks for and the stand-in can speak. */
    private static final class Version implements MongoVersion {
        @Override
        public List<Integer> getVersionArray() {
            return List.of(5, 0, 0);
        }

        @Override
        public int getWireVersion() {
            return 13;
        }
    }

    /**
     * Gives every write to the system before it is acknowledged, as a journal
     * would: the store's own timer would lose the last second at kill -9.
     * A commit takes the whole store, so it waits until no message is half done.
     */
    private static final class Durable extends H2Backend {
        private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

        Durable(MVStore store) {
            super(store);
        }

        @Override
        public Document handleMessage(MongoMessage message) {
            Document answer;
            lock.readLock().lock();
            try {
                answer = super.handleMessage(message);
            } finally {
                lock.readLock().unlock();
            }
            flush();
            return answer;
        }

        private void flush() {
            if (!getMvStore().hasUnsavedChanges()) {
                return;
            }
            lock.writeLock().lock();
            try {
                getMvStore().commit();
            } finally {
                lock.writeLock().unlock();
            }
        }
    }
}
