using Collab.Primitives;

namespace Collab.FederatedLearning.Evaluation;

/// <summary>What is asked of an evaluation: the same at every party, and public.</summary>
/// <remarks>Checked by <see cref="Check"/>. What is told of boundaries, and in which order: specs/evaluate.md, "Boundaries".</remarks>
public sealed record EvaluationSettings
{
    /// <summary>Most cut-offs, and most groups of equal size.</summary>
    public const int MostBoundaries = 64;

    /// <summary>What the model predicts.</summary>
    public EvaluationTask Task { get; init; } = EvaluationTask.Classification;

    /// <summary>How scores are whole numbers; for regression labels too.</summary>
    public ScoreFormat Format { get; init; } = ScoreFormat.Default;

    /// <summary>Of each class, or for regression of all rows, so many lie between any two boundaries that are told; at least 1.</summary>
    public int MinimumGroup { get; init; } = 10;

    /// <summary>Cut-offs in the score's whole numbers, the most wanted first, each once: a row is above one if its score is not smaller.</summary>
    public IReadOnlyList<long> CutOffs { get; init; } = [];

    /// <summary>K, 1 to 64: the rows by score in K groups of equal size, rows of one score in one group. 1 for none.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>How many boundaries: cut-offs, then those between groups from the lowest.</summary>
    public int BoundaryCount => CutOffs.Count + Groups - 1;

    /// <summary>The digest of all that is asked, for parties to compare.</summary>
    public Digest Id => Digest.Of("collab-evaluation-settings-1", Encode());

    /// <summary>The canonical bytes.</summary>
    public byte[] Encode() => new CanonicalWriter().Byte((byte)Task).Byte((byte)Format.Bits).Byte((byte)Format.Fraction).UInt32((uint)MinimumGroup)
        .List(CutOffs, (w, cutOff) => w.Int64(cutOff)).UInt32((uint)Groups).ToArray();

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">They are not exactly settings in their ranges.</exception>
    public static EvaluationSettings Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var (task, format, minimum) = ((EvaluationTask)reader.Byte(), new ScoreFormat(reader.Byte(), reader.Byte()), reader.UInt32());
        var cutOffs = reader.List((ref CanonicalReader r) => r.Int64());
        var groups = reader.UInt32();
        reader.End();
        if (minimum > int.MaxValue || groups > MostBoundaries) throw new MalformedException("settings of an evaluation in their ranges");
        var settings = new EvaluationSettings { Task = task, Format = format, MinimumGroup = (int)minimum, CutOffs = cutOffs, Groups = (int)groups };
        try
        {
            settings.Check();
        }
        catch (ArgumentException)
        {
            throw new MalformedException("settings of an evaluation in their ranges");
        }

        return settings;
    }

    /// <summary>Throws unless everything is in its range.</summary>
    /// <exception cref="ArgumentException">Something is not.</exception>
    public void Check()
    {
        if (!Enum.IsDefined(Task)) throw new ArgumentException("Classification or regression.", nameof(Task));
        Format.Check();
        if (MinimumGroup < 1) throw new ArgumentException("A smallest group of at least 1.", nameof(MinimumGroup));
        var limit = Format.Limit;
        if (CutOffs.Count > MostBoundaries || CutOffs.Distinct().Count() != CutOffs.Count || CutOffs.Any(cutOff => cutOff <= -limit || cutOff >= limit))
            throw new ArgumentException("At most 64 different cut-offs within the range of scores.", nameof(CutOffs));
        if (Groups is < 1 or > MostBoundaries) throw new ArgumentException("1 to 64 groups.", nameof(Groups));
    }
}
