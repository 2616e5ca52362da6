using Collab.SecretSharing.Ranks;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Evaluation;

/// <summary>What a joint evaluation sends, of all parties together: for what is said of it before anybody approves it (specs/evaluate.md, "Cost").</summary>
public static class EvaluationTraffic
{
    private const int RankBits = 28, CountBits = 22;

    /// <summary>Adds an evaluation of rows that all count, with labels and a part of each score from every party.</summary>
    /// <param name="traffic">What is added to.</param>
    /// <param name="settings">What is asked.</param>
    /// <param name="rows">How many.</param>
    /// <param name="parties">How many.</param>
    public static void Evaluate(this VectorTraffic traffic, EvaluationSettings settings, long rows, int parties)
    {
        ArgumentNullException.ThrowIfNull(traffic);
        ArgumentNullException.ThrowIfNull(settings);
        var bits = settings.Format.Bits;
        traffic.Input((parties + 1) * rows, parties + 1);                      // 1
        traffic.Sort(rows, bits, 2);                                           // 4
        traffic.Rank(rows, bits);                                              // 5
        if (settings.Task == EvaluationTask.Classification)
        {
            traffic.AddProducts(rows, 1);                                      // 6
            traffic.Distance(rows, bits);
        }
        else
        {
            traffic.Compare(rows, bits + 1);                                   // 7
            traffic.AddProducts(3.0 * rows, 3);
        }

        for (var boundary = 0; boundary < settings.BoundaryCount; boundary++)
        {
            traffic.Compare(rows, boundary < settings.CutOffs.Count ? bits + 2 : RankBits + 1); // 8
            traffic.AddProducts(3.0 * rows, 3);
            traffic.Compare(4L * (boundary + 2), CountBits + 1);               // 9
            traffic.Compare(1, CountBits);
        }
    }
}
