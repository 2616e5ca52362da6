using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Collab.Cryptography.SealedFiles;
using Collab.Primitives;

namespace Collab.SecretSharing.Preprocessing;

/// <summary>One party's shares of the triples that it made ahead with one other: a folder of sealed units, each given out once.</summary>
/// <remarks>
/// A unit is claimed in the note, and the note is on the disk, before its file is opened: a crash after that loses the unit, and nothing gives it out
/// again. Who has the store open has it alone, across processes. Source: specs/preprocessing.md, "On the disk".
/// </remarks>
public sealed class TripleStore : IDisposable
{
    /// <summary>Words of each factor of a unit: 16,384 products, or 1,048,576 conjunctions; a file of 393 KB.</summary>
    public const int UnitWords = 1 << 14;

    /// <summary>Units of a kind that a store takes.</summary>
    public const int MostUnits = 1 << 12;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string NoteFile = "claims", LeaseFile = "lease", Ending = ".triples";

    private static readonly string[] Prefixes = ["words-", "bits-"];

    private readonly string _folder;
    private readonly SecretBytes _key;
    private readonly FileStream _lease;
    private readonly SortedDictionary<ulong, TripleUnit>[] _units = [[], []];
    private readonly ulong[] _made = new ulong[2], _claimed = new ulong[2];
    private readonly List<TripleUnit> _added = [];

    private TripleStore(string folder, SecretBytes key, FileStream lease) => (_folder, _key, _lease) = (folder, key, lease);

    /// <summary>What is left.</summary>
    public TripleStock Stock => new(_units[0].Count, _units[1].Count);

    /// <summary>Opens the store of a pair, or gives null where somebody has it open. What was claimed, cannot be read, or is covered by no note is deleted.</summary>
    /// <param name="folder">Of this party and this peer alone; made when it is not there.</param>
    /// <param name="self">This party.</param>
    /// <param name="peer">The other.</param>
    /// <param name="storageKey">32 bytes of the node; borrowed for the call. The key of the files is derived from it and the two names.</param>
    /// <exception cref="IOException">The disk fails.</exception>
    public static TripleStore? TryOpen(string folder, PartyId self, PartyId peer, SecretBytes storageKey)
    {
        Directory.CreateDirectory(folder, OwnerOnly);
        FileStream lease;
        try
        {
            lease = new FileStream(Path.Combine(folder, LeaseFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException) when (File.Exists(Path.Combine(folder, LeaseFile)))
        {
            return null; // another has it
        }

        var store = new TripleStore(folder, KeyOf(self, peer, storageKey), lease);
        try
        {
            store.Load();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>What lies in a folder, by the names of its files; needs neither the key nor the store to itself.</summary>
    public static TripleStock StockOf(string folder)
    {
        return new(Count(Prefixes[0]), Count(Prefixes[1]));

        int Count(string prefix) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, prefix + "*" + Ending).Count() : 0;
    }

    /// <summary>Deletes the units that were put in since the store was opened: of a session whose transcripts differ.</summary>
    public void DiscardAdded()
    {
        foreach (var unit in _added) Discard(unit);
    }

    /// <summary>All units, those of words first, in the order of their numbers.</summary>
    internal IReadOnlyList<TripleUnit> Units => [.. _units.SelectMany(units => units.Values)];

    /// <summary>The number of the next unit of a kind.</summary>
    internal ulong NextNumber(TripleKind kind) => _made[(int)kind];

    /// <summary>Puts a unit in, durably. Its number is at least <see cref="NextNumber"/>.</summary>
    internal void Add(TripleUnit unit, Triples triples)
    {
        if (unit.Number < NextNumber(unit.Kind) || triples.Count != UnitWords) throw new ArgumentException("A whole unit with a new number.", nameof(unit));
        Replace(PathOf(unit.Kind, unit.Number), file =>
        {
            file.Write(new CanonicalWriter().Byte((byte)unit.Kind).UInt64(unit.Number).Digest(unit.Binding).Written);
            foreach (var factor in new[] { triples.A, triples.B, triples.C }) file.Write(MemoryMarshal.AsBytes(factor.Span));
        });
        _made[(int)unit.Kind] = unit.Number + 1;
        _units[(int)unit.Kind].Add(unit.Number, unit);
        _added.Add(unit);
        WriteNote();
    }

    /// <summary>Gives units of one kind out, in order and once: the note is durable before the first of them is read.</summary>
    /// <exception cref="CollabException"><see cref="PreprocessingErrors.UnitDamaged"/>; the units are used up all the same.</exception>
    internal Triples Claim(IReadOnlyList<TripleUnit> units, StepId step, PartyId self)
    {
        var kind = units[0].Kind;
        foreach (var unit in units)
        {
            if (unit.Kind != kind || unit.Number < _claimed[(int)kind] || !_units[(int)kind].Remove(unit.Number))
                throw new InvalidOperationException("A unit is given out once, in order.");
            _claimed[(int)kind] = unit.Number + 1;
        }

        WriteNote();
        var claimed = Triples.Allocate(checked(units.Count * UnitWords));
        try
        {
            foreach (var (i, unit) in units.Index()) Read(unit, claimed, i * UnitWords);
            foreach (var unit in units) File.Delete(PathOf(kind, unit.Number));
            return claimed;
        }
        catch (IOException e)
        {
            claimed.Dispose();
            foreach (var unit in units) File.Delete(PathOf(kind, unit.Number));
            throw new CollabException(PreprocessingErrors.UnitDamaged, "A stored unit of triples cannot be read.", self, step, e);
        }
    }

    /// <summary>Deletes a unit.</summary>
    internal void Discard(TripleUnit unit)
    {
        _units[(int)unit.Kind].Remove(unit.Number);
        File.Delete(PathOf(unit.Kind, unit.Number));
    }

    /// <summary>Zeroes the key and lets others open the store.</summary>
    public void Dispose()
    {
        _key.Dispose();
        _lease.Dispose();
    }

    private static SecretBytes KeyOf(PartyId self, PartyId peer, SecretBytes storageKey) => storageKey.Use((self, peer), static (secret, names) =>
    {
        Span<byte> derived = stackalloc byte[secret.Length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, derived, salt: [], info: Encoding.ASCII.GetBytes($"collab.preprocessing {names.self.Name} {names.peer.Name}"));
        return SecretBytes.Take(derived);
    });

    private void Load()
    {
        if (!TryReadNote()) DeleteAll();
        foreach (var pending in Directory.GetFiles(_folder, "*.pending")) File.Delete(pending);
        foreach (var kind in Enum.GetValues<TripleKind>())
        {
            foreach (var path in Directory.GetFiles(_folder, Prefixes[(int)kind] + "*" + Ending))
            {
                if (TryReadHead(path) is { } unit && unit.Kind == kind && path == PathOf(kind, unit.Number) && unit.Number >= _claimed[(int)kind])
                {
                    _units[(int)kind].Add(unit.Number, unit);
                    _made[(int)kind] = Math.Max(_made[(int)kind], unit.Number + 1); // a crash between the unit and the note
                }
                else
                {
                    File.Delete(path);
                }
            }
        }
    }

    // Without a note nobody knows what was given out.
    private void DeleteAll()
    {
        foreach (var path in Directory.GetFiles(_folder, "*" + Ending)) File.Delete(path);
        WriteNote();
    }

    private bool TryReadNote()
    {
        try
        {
            using var file = new SealedFileReader(Path.Combine(_folder, NoteFile), _key);
            if (!file.TryRead(out var content)) return false;
            var words = MemoryMarshal.Cast<byte, ulong>(content.Span);
            (_made[0], _claimed[0], _made[1], _claimed[1]) = (words[0], words[1], words[2], words[3]);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void WriteNote() => Replace(
        Path.Combine(_folder, NoteFile), file => file.Write(MemoryMarshal.AsBytes<ulong>([_made[0], _claimed[0], _made[1], _claimed[1]])));

    private void Replace(string path, Action<SealedFileWriter> write)
    {
        var pending = path + ".pending";
        File.Delete(pending); // left over from a crash
        using (var file = new SealedFileWriter(pending, _key))
        {
            write(file);
            file.Sync();
        }

        File.Move(pending, path, overwrite: true);
        DurableFile.SyncDirectory(_folder);
    }

    private TripleUnit? TryReadHead(string path)
    {
        try
        {
            using var file = new SealedFileReader(path, _key);
            return ReadHead(file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static TripleUnit? ReadHead(SealedFileReader file)
    {
        if (!file.TryRead(out var head)) return null;
        var reader = new CanonicalReader(head.Span);
        return new TripleUnit((TripleKind)reader.Byte(), reader.UInt64(), reader.Digest());
    }

    private void Read(TripleUnit unit, Triples destination, int at)
    {
        using var file = new SealedFileReader(PathOf(unit.Kind, unit.Number), _key);
        if (ReadHead(file) != unit) throw new IOException("Another unit.");
        foreach (var factor in new[] { destination.A, destination.B, destination.C })
        {
            if (!file.TryRead(out var content) || content.Length != UnitWords * sizeof(ulong)) throw new IOException("A unit is cut short.");
            content.Span.CopyTo(MemoryMarshal.AsBytes(factor.Span.Slice(at, UnitWords)));
        }
    }

    private string PathOf(TripleKind kind, ulong number) =>
        Path.Combine(_folder, Prefixes[(int)kind] + number.ToString("d12", CultureInfo.InvariantCulture) + Ending);
}
