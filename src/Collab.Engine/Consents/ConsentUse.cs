using System.Buffers.Binary;
using Collab.Cryptography;
using Collab.Engine.Runs;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Consents;

/// <summary>What an owner keeps of a run that asked for consent: the proof of what was left out, and whose rows were taken. It never leaves the owner by itself.</summary>
/// <param name="Job">The job, in hexadecimal digits.</param>
/// <param name="Run">The run.</param>
/// <param name="Dataset">The owner's name of the dataset.</param>
/// <param name="Purpose">The purpose code.</param>
/// <param name="Recipients">Who got what was computed.</param>
/// <param name="Fields">The columns that were read.</param>
/// <param name="Version">The version of the register.</param>
/// <param name="At">When the rows were read, by the owner's clock.</param>
/// <param name="RowsRead">Rows of the dataset.</param>
/// <param name="RowsLeftOut">Those of them whose subject did not consent, or that name none.</param>
/// <param name="Snapshot">The bytes that the run's snapshot commits to, in base64: they name the register's version and both counts.</param>
/// <param name="Opening">What opens the snapshot's commitment, in base64.</param>
/// <param name="Subjects">Whose rows were taken, before any filter of the job.</param>
public sealed record ConsentUse(
    string Job, string Run, string Dataset, string Purpose, IReadOnlyList<string> Recipients, IReadOnlyList<string> Fields, int Version,
    DateTimeOffset At, long RowsRead, long RowsLeftOut, string Snapshot, string Opening, IReadOnlyList<string> Subjects)
{
    /// <summary>Whether it opens what a receipt says was read, and to these counts.</summary>
    public bool Proves(SnapshotReference snapshot)
    {
        var content = Convert.FromBase64String(Snapshot);
        var reader = new CanonicalReader(Convert.FromBase64String(Opening));
        var opening = CommitmentOpening.Decode(ref reader);
        return new Commitment(opening.Algorithm, snapshot.Commitment).IsOpenedBy(GrantedData.SnapshotDomain, content, opening)
            && BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan(content.Length - 16)) == RowsRead
            && BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan(content.Length - 8)) == RowsLeftOut;
    }
}
