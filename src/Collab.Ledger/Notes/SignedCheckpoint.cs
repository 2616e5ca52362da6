using Collab.Primitives;

namespace Collab.Ledger.Notes;

/// <summary>A checkpoint with its author's signature and whatever cosignatures it has gathered: one text.</summary>
/// <remarks>Parsing verifies no signature; see <see cref="NoteVerifier.HasSigned"/> and <see cref="FinalityPolicy"/>.</remarks>
public sealed class SignedCheckpoint
{
    private SignedCheckpoint(SignedNote note, Checkpoint checkpoint) => (Note, Checkpoint) = (note, checkpoint);

    /// <summary>The note as it is stored, sent and verified.</summary>
    public SignedNote Note { get; }

    /// <summary>What its text says.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>The log's name.</summary>
    public string Origin => Checkpoint.Origin;

    /// <summary>In entries.</summary>
    public long Size => Checkpoint.Size;

    /// <summary>The root at that size.</summary>
    public Digest Root => Checkpoint.Root;

    /// <summary>Reads a note whose text is a checkpoint.</summary>
    /// <exception cref="MalformedException">Not a note, or its text is no checkpoint.</exception>
    public static SignedCheckpoint Parse(ReadOnlySpan<byte> bytes) => Of(SignedNote.Parse(bytes));

    /// <summary>Takes a note whose text is a checkpoint.</summary>
    /// <exception cref="MalformedException">Its text is none.</exception>
    public static SignedCheckpoint Of(SignedNote note) => new(note, Checkpoint.Parse(note.Text));

    /// <summary>Signs a checkpoint as its author.</summary>
    public static SignedCheckpoint Sign(Checkpoint checkpoint, NoteSigner author) =>
        new(SignedNote.Sign(checkpoint.ToText(), author), checkpoint);

    /// <summary>The same checkpoint with one more signature.</summary>
    public SignedCheckpoint With(NoteSignature signature) => new(Note.With(signature), Checkpoint);

    /// <summary>The same checkpoint cosigned.</summary>
    public SignedCheckpoint CosignedBy(NoteSigner witness) => With(witness.Sign(Note.TextBytes));

    /// <summary>The same checkpoint with those of its signatures that are wanted.</summary>
    public SignedCheckpoint OnlyWith(Func<NoteSignature, bool> wanted) => new(Note.OnlyWith(wanted), Checkpoint);

    /// <summary>The bytes of the note.</summary>
    public byte[] ToBytes() => Note.ToBytes();

    /// <inheritdoc/>
    public override string ToString() => Note.ToString();
}
