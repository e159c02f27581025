import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.DatabaseResolver;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.backend.memory.MemoryDatabase;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import de.bwaldvogel.mongo.oplog.Oplog;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.h2.mvstore.MVStore;

/** A MongoDB stand-in: StandIn PORT keeps data in memory, StandIn PORT FILE in a file. */
public final class StandIn {
    public static void main(String[] args) {
        MongoBackend backend = args.length > 1 ? new Durable(open(args[1])) : new Fleeting();
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

    /** Keeps everything in memory. */
    private static final class Fleeting extends MemoryBackend {
        @Override
        public MemoryDatabase openOrCreateDatabase(String name) {
            return new MemoryDatabase(name, getCursorRegistry()) {
                @Override
                protected Index<Integer> openOrCreateUniqueIndex(String collection, String index, List<IndexKey> keys, boolean sparse) {
                    return new Unique<>(super.openOrCreateUniqueIndex(collection, index, keys, sparse), sparse);
                }

                @Override
                protected Index<Integer> openOrCreateSecondaryIndex(String collection, String index, List<IndexKey> keys, boolean sparse) {
                    return new Secondary<>(index, keys);
                }

                @Override
                public Document handleCommand(Channel channel, String command, Document query, DatabaseResolver resolver, Oplog oplog) {
                    return alone(this, command, query, () -> super.handleCommand(channel, command, query, resolver, oplog));
                }
            };
        }
    }

    /** Counts are made while nobody writes to the collection, as all other commands are. */
    private static Document alone(MongoDatabase database, String command, Document query, Supplier<Document> run) {
        if (!command.equalsIgnoreCase("count")) {
            return run.get();
        }
        MongoCollection<?> collection = database.resolveCollection(query.get(command).toString(), false);
        if (collection == null) {
            return run.get();
        }
        synchronized (collection) {
            return run.get();
        }
    }

    /**
     * A unique index that also serves queries that ask for more than its keys, as
     * MongoDB's do: what it finds is compared with the whole query anyway. The
     * library itself reads the whole collection for those.
     */
    private static final class Unique<P> extends Index<P> {
        private final Index<P> index;

        Unique(Index<P> index, boolean sparse) {
            super(index.getName(), index.getKeys(), sparse);
            this.index = index;
        }

        @Override
        public boolean canHandle(Document query) {
            Document own = new Document();
            for (String key : keys()) {
                if (query.get(key) == null) {
                    return index.canHandle(query);
                }
                own.put(key, query.get(key));
            }
            return index.canHandle(own);
        }

        @Override
        public Iterable<P> getPositions(Document query) {
            return index.getPositions(query);
        }

        @Override
        public P getPosition(Document document) {
            return index.getPosition(document);
        }

        @Override
        public void checkAdd(Document document, MongoCollection<P> collection) {
            index.checkAdd(document, collection);
        }

        @Override
        public void add(Document document, P position, MongoCollection<P> collection) {
            index.add(document, position, collection);
        }

        @Override
        public P remove(Document document) {
            return index.remove(document);
        }

        @Override
        public long getCount() {
            return index.getCount();
        }

        @Override
        public long getDataSize() {
            return index.getDataSize();
        }

        @Override
        public void checkUpdate(Document before, Document after, MongoCollection<P> collection) {
            index.checkUpdate(before, after, collection);
        }

        @Override
        public void updateInPlace(Document before, Document after, P position, MongoCollection<P> collection) {
            index.updateInPlace(before, after, position, collection);
        }

        @Override
        public boolean isUnique() {
            return true;
        }

        @Override
        public void drop() {
            index.drop();
        }
    }

    /**
     * An index that is not unique, on its first key, which may be an array: the
     * library itself takes such indexes and ignores them. It serves a query that
     * wants a value of that key, one of several ($in), or all of several ($all, of
     * which it looks up the first); the rest of the query is compared with what it
     * finds, and the order is made afterwards. It is in memory, and made again from
     * the documents when they are opened.
     */
    private static final class Secondary<P> extends Index<P> {
        private final Map<Object, Map<Object, P>> positions = new HashMap<>();
        private final String key;
        private long count;

        Secondary(String name, List<IndexKey> keys) {
            super(name, keys, true);
            key = keys.get(0).getKey();
        }

        /** The values that a query looks for; null where this index cannot tell. */
        private List<Object> wanted(Document query) {
            Object value = query.get(key);
            if (!(value instanceof Document)) {
                return known(value) ? List.of(normal(value)) : null;
            }
            Document condition = (Document) value;
            if (condition.size() != 1) {
                return null;
            }
            boolean all = condition.containsKey("$all");
            Object operand = all ? condition.get("$all") : condition.get("$in");
            if (!(operand instanceof Collection) || (all && ((Collection<?>) operand).isEmpty())) {
                return null;
            }
            List<Object> values = new ArrayList<>();
            for (Object one : (Collection<?>) operand) {
                if (!known(one)) {
                    return null;
                }
                values.add(normal(one));
            }
            return all ? values.subList(0, 1) : values;
        }

        private static boolean known(Object value) {
            return value instanceof String || value instanceof Number || value instanceof Boolean || value instanceof ObjectId;
        }

        private static Object normal(Object value) {
            return value instanceof Number ? Utils.normalizeNumber((Number) value) : value;
        }

        private List<Object> valuesOf(Document document) {
            Object value = Utils.getSubdocumentValueCollectionAware(document, key);
            List<Object> values = new ArrayList<>();
            for (Object one : value instanceof Collection ? (Collection<?>) value : Collections.singletonList(value)) {
                if (known(one)) {
                    values.add(normal(one));
                }
            }
            return values;
        }

        @Override
        public boolean canHandle(Document query) {
            return wanted(query) != null;
        }

        @Override
        public synchronized Iterable<P> getPositions(Document query) {
            Map<Object, P> found = new LinkedHashMap<>();
            for (Object value : wanted(query)) {
                found.putAll(positions.getOrDefault(value, Map.of()));
            }
            return new ArrayList<>(found.values());
        }

        @Override
        public P getPosition(Document document) {
            return null;
        }

        @Override
        public void checkAdd(Document document, MongoCollection<P> collection) {
            // nothing is refused
        }

        @Override
        public synchronized void add(Document document, P position, MongoCollection<P> collection) {
            for (Object value : valuesOf(document)) {
                positions.computeIfAbsent(value, v -> new LinkedHashMap<>()).put(document.get("_id"), position);
            }
            count++;
        }

        @Override
        public synchronized P remove(Document document) {
            P removed = null;
            for (Object value : valuesOf(document)) {
                Map<Object, P> of = positions.getOrDefault(value, Map.of());
                P position = of.isEmpty() ? null : of.remove(document.get("_id"));
                removed = position == null ? removed : position;
                if (of.isEmpty()) {
                    positions.remove(value);
                }
            }
            count--;
            return removed;
        }

        @Override
        public long getCount() {
            return count;
        }

        @Override
        public long getDataSize() {
            return 0;
        }

        @Override
        public void checkUpdate(Document before, Document after, MongoCollection<P> collection) {
            // nothing is refused
        }

        @Override
        public synchronized void updateInPlace(Document before, Document after, P position, MongoCollection<P> collection) {
            if (valuesOf(before).equals(valuesOf(after))) {
                return;
            }
            remove(before);
            add(after, position, collection);
        }

        @Override
        public void drop() {
            positions.clear();
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
        protected MongoDatabase openOrCreateDatabase(String name) {
            return new H2Database(name, getMvStore(), getCursorRegistry()) {
                @Override
                protected Index<Object> openOrCreateUniqueIndex(String collection, String index, List<IndexKey> keys, boolean sparse) {
                    return new Unique<>(super.openOrCreateUniqueIndex(collection, index, keys, sparse), sparse);
                }

                @Override
                protected Index<Object> openOrCreateSecondaryIndex(String collection, String index, List<IndexKey> keys, boolean sparse) {
                    return new Secondary<>(index, keys);
                }

                @Override
                public Document handleCommand(Channel channel, String command, Document query, DatabaseResolver resolver, Oplog oplog) {
                    return alone(this, command, query, () -> super.handleCommand(channel, command, query, resolver, oplog));
                }
            };
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
