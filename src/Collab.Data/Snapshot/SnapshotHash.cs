using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Data.Snapshot;

/// <summary>
/// Computes the commitment to the rows a job reads while they pass: SHA-256 over domain, salt, columns and every cell in order,
/// each with its length. Layout: protocols/specs/dataset-snapshot.md.
/// </summary>
/// <remarks>
/// The salt is 32 uniform bytes that stay with the owner, so that nobody can test guesses of the rows against the commitment.
/// How rows are cut into batches does not matter. Timing depends on the rows; the commitment is made at their owner.
/// </remarks>
public sealed class SnapshotHash : IDisposable
{
    /// <summary>The length of the salt, in bytes.</summary>
    public const int SaltSize = 32;

    private const string Domain = "collab.dataset-snapshot.v1";
    private const byte RowFollows = 1, RowsEnd = 0, Present = 1, Missing = 0;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ColumnSchema[] _columns;
    private readonly byte[] _buffer = new byte[1 << 14];
    private int _used;
    private ulong _rowCount;
    private bool _finished;

    /// <summary>Begins with the columns that will pass, in their order.</summary>
    /// <param name="columns">The columns that the job reads.</param>
    /// <param name="salt">32 bytes; kept by the owner to open the commitment later.</param>
    public SnapshotHash(IReadOnlyList<ColumnSchema> columns, SecretBytes salt)
    {
        if (salt.Size != SaltSize) throw new ArgumentException($"The salt has {SaltSize} bytes.", nameof(salt));
        _columns = [.. columns];
        var domain = new CanonicalWriter().Text(Domain);
        _hash.AppendData(domain.Written);
        salt.Use(_hash, static (bytes, hash) =>
        {
            hash.AppendData(bytes);
            return true;
        });
        _hash.AppendData(new CanonicalWriter().List(_columns, ColumnSchema.Encode).Written);
    }

    /// <summary>Passes batches through and takes them in on the way; <see cref="Finish"/> when they have ended.</summary>
    public async IAsyncEnumerable<ColumnBatch> Observe(
        IAsyncEnumerable<ColumnBatch> batches, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var batch in batches.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            Append(batch);
            yield return batch;
        }
    }

    /// <summary>Takes in the rows of a batch.</summary>
    /// <exception cref="ArgumentException">The batch has other columns.</exception>
    public void Append(ColumnBatch batch)
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        if (!batch.Columns.Select(column => column.Schema).SequenceEqual(_columns))
            throw new ArgumentException("The batch has other columns than the snapshot.", nameof(batch));
        Column[] columns = [.. batch.Columns];
        for (var row = 0; row < batch.RowCount; row++)
        {
            Byte(RowFollows);
            foreach (var column in columns) Cell(column, row);
        }

        _rowCount += (ulong)batch.RowCount;
    }

    /// <summary>The commitment to all rows that passed; nothing can be taken in after it.</summary>
    public SnapshotCommitment Finish()
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        _finished = true;
        Byte(RowsEnd);
        Room(8);
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(_used), _rowCount);
        _used += 8;
        Flush();
        return new SnapshotCommitment(new Digest(_hash.GetHashAndReset()), _columns, (long)_rowCount);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _finished = true;
        _hash.Dispose();
        CryptographicOperations.ZeroMemory(_buffer);
    }

    private void Cell(Column column, int row)
    {
        switch (column)
        {
            case NumberColumn number when number.Present.Span[row]:
                Room(9);
                _buffer[_used] = Present;
                BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(_used + 1), number.Values.Span[row]);
                _used += 9;
                break;
            case TextColumn text when text.Values[row] is { } value:
                Text(value);
                break;
            default:
                Byte(Missing);
                break;
        }
    }

    private void Text(string value)
    {
        if (value.Length <= _buffer.Length / 8) // at most 3 bytes a character: written at once, its size afterwards
        {
            Room(5 + (3 * value.Length));
            var written = Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_used + 5));
            _buffer[_used] = Present;
            BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_used + 1), (uint)written);
            _used += 5 + written;
            return;
        }

        var size = Encoding.UTF8.GetByteCount(value);
        Room(5);
        _buffer[_used] = Present;
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_used + 1), (uint)size);
        _used += 5;
        if (size <= _buffer.Length)
        {
            Room(size);
            _used += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_used));
        }
        else
        {
            Flush();
            _hash.AppendData(Encoding.UTF8.GetBytes(value));
        }
    }

    private void Byte(byte value)
    {
        Room(1);
        _buffer[_used++] = value;
    }

    private void Room(int size)
    {
        if (_buffer.Length - _used < size) Flush();
    }

    private void Flush()
    {
        _hash.AppendData(_buffer.AsSpan(0, _used));
        _used = 0;
    }
}

/// <summary>What an owner committed to: exactly these columns and rows, in this order.</summary>
/// <param name="Value">The salted digest; public.</param>
/// <param name="Columns">The columns it covers.</param>
/// <param name="RowCount">The rows it covers; for the owner only, others see a band at most.</param>
public sealed record SnapshotCommitment(Digest Value, IReadOnlyList<ColumnSchema> Columns, long RowCount);
