using Collab.Engine.Ports;
using Collab.Evidence.Records;
using Collab.Primitives;

namespace Collab.Engine.Records;

/// <summary>A record that this party attested: as much of it as the party needs to revoke it.</summary>
/// <param name="Handle">The record's handle.</param>
/// <param name="Subject">Whom it is about, by the party's own pseudonym; null where none was named.</param>
public sealed record IssuedRecord(Digest Handle, string? Subject);

/// <summary>An attestation of this party.</summary>
/// <param name="Attestation">Its id.</param>
/// <param name="Job">The plan's digest when it came out of a job; else the id again.</param>
/// <param name="From">From this moment on its records are valid.</param>
/// <param name="Expires">Up to this moment and not at it.</param>
/// <param name="Records">Its records, in the order of the batch.</param>
public sealed record IssuedBatch(Digest Attestation, Digest Job, DateTimeOffset From, DateTimeOffset Expires, IReadOnlyList<IssuedRecord> Records);

/// <summary>What an issuer keeps of the records it attested, in the node's encrypted store: handles and pseudonyms, neither fields nor salts.</summary>
/// <remarks>One value an attestation, some 50 bytes a record.</remarks>
public sealed class IssuedRecords(IJobStore store)
{
    private const string Prefix = "record/issued/";

    /// <summary>All attestations, by their beginning and their id.</summary>
    public IReadOnlyList<IssuedBatch> All => [.. store.List(Prefix).Select(Read).OrderBy(batch => batch.From).ThenBy(batch => batch.Attestation)];

    /// <summary>Keeps an attestation; durable when it returns, and before anything of it stands on the ledger.</summary>
    public void Note(IssuedBatch batch) => store.Put(
        Prefix + batch.Attestation,
        new CanonicalWriter().Digest(batch.Attestation).Digest(batch.Job).Time(batch.From).Time(batch.Expires)
            .List(batch.Records, (w, record) => w.Digest(record.Handle).Optional(record.Subject, (v, subject) => v.Text(subject))).Written);

    /// <summary>The attestation of a record.</summary>
    /// <param name="handle">The record's handle.</param>
    /// <exception cref="CollabException"><see cref="RecordErrors.NotOurs"/>.</exception>
    public IssuedBatch BatchOf(Digest handle) => All.FirstOrDefault(batch => batch.Records.Any(record => record.Handle == handle))
        ?? throw new CollabException(RecordErrors.NotOurs, "This node attested no record of that handle.");

    private IssuedBatch Read(string key)
    {
        var reader = new CanonicalReader(store.Get(key));
        var batch = new IssuedBatch(
            reader.Digest(), reader.Digest(), reader.Time(), reader.Time(), reader.List((ref r) => new IssuedRecord(r.Digest(), r.Optional((ref t) => t.Text()))));
        reader.End();
        return batch;
    }
}
