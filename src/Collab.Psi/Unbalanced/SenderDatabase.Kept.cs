using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.Oprf;
using Collab.Primitives;

namespace Collab.Psi.Unbalanced;

/// <content>What is kept on disk: the key and F of every item, which are what takes time. Places and polynomials are made anew when it is opened.</content>
public sealed partial class SenderDatabase
{
    private const string FileName = "unbalanced";
    private const int HeadSize = OprfKey.SeedSize + 8 + 4 + 4; // seed, version, label size, records
    private const int NameSize = 16;

    private static ReadOnlySpan<byte> Format => "collab.psi-unbalanced.kept.1"u8;

    /// <summary>Opens what a folder keeps, or begins anew where there is nothing or it is damaged or under another storage key; brings it to a set, and keeps that.</summary>
    /// <param name="folder">Its owner alone may enter it.</param>
    /// <param name="storageKey">32 bytes under which all of it lies encrypted.</param>
    /// <param name="parameters">Sizes and shapes; others than before are allowed, F does not depend on them.</param>
    /// <param name="items">As of <see cref="Create"/>.</param>
    /// <param name="labels">As of <see cref="Create"/>.</param>
    /// <param name="random">Key, strangers' points and values.</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <returns>The database, and what was done.</returns>
    /// <exception cref="ArgumentException">As of <see cref="Create"/>.</exception>
    /// <exception cref="IOException">The disk failed; what was kept before is still there.</exception>
    public static (SenderDatabase Database, DatabaseChange Change) Open(
        string folder, SecretBytes storageKey, UnbalancedParameters parameters, IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<byte> labels,
        RandomSource random, int parallelism = 1)
    {
        ArgumentNullException.ThrowIfNull(storageKey);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(random);
        var path = Path.Combine(folder, FileName);
        var plain = File.Exists(path) ? SealedState.Open(File.ReadAllBytes(path), storageKey, Format) : null;
        var database = plain is null ? new SenderDatabase(parameters, SecretBytes.Random(OprfKey.SeedSize, random)) : Read(plain, parameters);
        try
        {
            var change = database.Update(items, labels, random, parallelism);
            if (plain is null || change.Added + change.Removed + change.Relabelled > 0) database.Keep(folder, storageKey);
            return (database, change);
        }
        catch
        {
            database.Dispose();
            throw;
        }
        finally
        {
            if (plain is not null) CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Keeps the database as it is, in place of what the folder keeps.</summary>
    /// <exception cref="IOException">The disk failed; what was kept before is still there.</exception>
    public void Keep(string folder, SecretBytes storageKey)
    {
        ArgumentNullException.ThrowIfNull(storageKey);
        lock (_updating)
        {
            var recordSize = NameSize + Gf128.Size + Parameters.LabelSize;
            var plain = new byte[checked(HeadSize + (_records.Count * recordSize))];
            _seed.Use(plain, static (secret, plain) =>
            {
                secret.CopyTo(plain);
                return true;
            });
            var head = plain.AsSpan(OprfKey.SeedSize);
            BinaryPrimitives.WriteInt64LittleEndian(head, _current.Revision);
            BinaryPrimitives.WriteInt32LittleEndian(head[8..], Parameters.LabelSize);
            BinaryPrimitives.WriteInt32LittleEndian(head[12..], _records.Count);
            var at = HeadSize;
            foreach (var (name, number) in _records.ByName)
            {
                BinaryPrimitives.WriteUInt128BigEndian(plain.AsSpan(at), name);
                _records.Seed(number).Write(plain.AsSpan(at + NameSize));
                _records.Label(number).CopyTo(plain.AsSpan(at + NameSize + Gf128.Size));
                at += recordSize;
            }

            DurableFile.Replace(Path.Combine(folder, FileName), SealedState.Seal(plain, storageKey, Format));
        }
    }

    // What was sealed is as it was written; labels of another size than now are asked for are left out, since an update brings them anyway.
    private static SenderDatabase Read(byte[] plain, UnbalancedParameters parameters)
    {
        var database = new SenderDatabase(parameters, SecretBytes.Take(plain.AsSpan(0, OprfKey.SeedSize)));
        var head = plain.AsSpan(OprfKey.SeedSize);
        database._revision = BinaryPrimitives.ReadInt64LittleEndian(head);
        var (labelSize, count) = (BinaryPrimitives.ReadInt32LittleEndian(head[8..]), BinaryPrimitives.ReadInt32LittleEndian(head[12..]));
        database._records.Grow(count);
        var (at, none) = (HeadSize, new byte[parameters.LabelSize]);
        for (var i = 0; i < count; i++, at += NameSize + Gf128.Size + labelSize)
        {
            var label = labelSize == parameters.LabelSize ? plain.AsSpan(at + NameSize + Gf128.Size, labelSize) : none;
            database._records.Add(BinaryPrimitives.ReadUInt128BigEndian(plain.AsSpan(at)), Gf128.Read(plain.AsSpan(at + NameSize)), label);
        }

        return database;
    }
}
