using Collab.FederatedLearning.Linear;

namespace Collab.FederatedLearning.Export;

/// <summary>A linear model whose parts are joined at one party, as an ONNX file: what any runtime predicts with, without Collab.</summary>
/// <remarks>
/// Input <c>x</c>: doubles of shape [rows, columns], the columns as they were given to training, part after part. Output <c>y</c>: [rows, 1], the label for regression, else a probability.
/// Operators MatMul, Add, and Sigmoid or Clip, of operator set 13, in doubles. All weights of all parties are in the file: whoever has it has the model.
/// </remarks>
public static class OnnxLinearModel
{
    /// <summary>Writes the file.</summary>
    /// <param name="family">What was fitted.</param>
    /// <param name="parts">The parts of all parties, in the order of the columns of the input.</param>
    /// <exception cref="ArgumentException">There are no columns, or regression without the label owner's part.</exception>
    public static byte[] Write(LinearFamily family, IReadOnlyList<LinearPart> parts)
    {
        var (coefficients, constant) = LinearFormula.Of(family, parts);
        var graph = new OnnxGraph("collab-linear").Node("MatMul", "sum", "x", "weights");
        switch (family)
        {
            case LinearFamily.Regression:
                graph.Node("Add", "y", "sum", "constant");
                break;
            case LinearFamily.Logistic:
                graph.Node("Add", "score", "sum", "constant").Node("Sigmoid", "y", "score");
                break;
            default:
                graph.Node("Add", "score", "sum", "constant").Node("Clip", "y", "score", "zero", "one");
                break;
        }

        graph.Constant("weights", coefficients, coefficients.Length, 1).Constant("constant", [constant], 1);
        if (family == LinearFamily.LogisticThreePieces) graph.Constant("zero", [0]).Constant("one", [1]);
        return graph.Input("x", coefficients.Length).Output("y").Write();
    }
}
