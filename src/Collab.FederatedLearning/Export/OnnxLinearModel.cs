using System.Buffers.Binary;
using Collab.FederatedLearning.Linear;

namespace Collab.FederatedLearning.Export;

/// <summary>A linear model whose parts are joined at one party, as an ONNX file: what any runtime predicts with, without Collab.</summary>
/// <remarks>
/// Input <c>x</c>: doubles of shape [rows, columns], the columns as they were given to training, part after part. Output <c>y</c>: [rows, 1], the label for regression, else a probability.
/// Operators MatMul, Add, and Sigmoid or Clip, of operator set 13, in doubles. Source: onnx/onnx.proto, IR version 8. All weights of all parties are in the file: whoever has it has the model.
/// </remarks>
public static class OnnxLinearModel
{
    private const long Double = 11; // TensorProto.DataType
    private const long IrVersion = 8, OperatorSet = 13;

    /// <summary>Writes the file.</summary>
    /// <param name="family">What was fitted.</param>
    /// <param name="parts">The parts of all parties, in the order of the columns of the input.</param>
    /// <exception cref="ArgumentException">There are no columns, or regression without the label owner's part.</exception>
    public static byte[] Write(LinearFamily family, IReadOnlyList<LinearPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        double[] coefficients = [.. parts.SelectMany(part => part.Coefficients)];
        var constant = parts.Sum(part => part.Constant);
        if (coefficients.Length == 0) throw new ArgumentException("A model has columns.", nameof(parts));
        if (family == LinearFamily.Regression)
        {
            var scale = parts.Select(part => part.LabelScale).OfType<Standardization>().SingleOrDefault() ?? throw new ArgumentException("The label owner's part is among them.", nameof(parts));
            coefficients = [.. coefficients.Select(coefficient => coefficient * scale.Deviation)];
            constant = scale.Mean + (constant * scale.Deviation);
        }

        var graph = new ProtobufWriter().Message(1, Node("MatMul", "sum", "x", "weights"));
        switch (family)
        {
            case LinearFamily.Regression:
                graph.Message(1, Node("Add", "y", "sum", "constant"));
                break;
            case LinearFamily.Logistic:
                graph.Message(1, Node("Add", "score", "sum", "constant")).Message(1, Node("Sigmoid", "y", "score"));
                break;
            default:
                constant += 0.5;
                graph.Message(1, Node("Add", "score", "sum", "constant")).Message(1, Node("Clip", "y", "score", "zero", "one"));
                break;
        }

        graph.Text(2, "collab-linear").Message(5, Tensor("weights", coefficients, coefficients.Length, 1)).Message(5, Tensor("constant", [constant], 1));
        if (family == LinearFamily.LogisticThreePieces) graph.Message(5, Tensor("zero", [0])).Message(5, Tensor("one", [1]));
        graph.Message(11, Value("x", coefficients.Length)).Message(12, Value("y", 1));
        return new ProtobufWriter().Number(1, IrVersion).Text(2, "collab").Message(7, graph).Message(8, new ProtobufWriter().Text(1, "").Number(2, OperatorSet)).Written;
    }

    private static ProtobufWriter Node(string operation, string output, params ReadOnlySpan<string> inputs)
    {
        var node = new ProtobufWriter();
        foreach (var input in inputs) node.Text(1, input);
        return node.Text(2, output).Text(3, output).Text(4, operation);
    }

    private static ProtobufWriter Tensor(string name, double[] values, params ReadOnlySpan<int> shape)
    {
        var tensor = new ProtobufWriter();
        foreach (var size in shape) tensor.Number(1, size);
        var bytes = new byte[values.Length * sizeof(double)];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        return tensor.Number(2, Double).Text(8, name).Bytes(9, bytes);
    }

    /// <summary>A matrix of any number of rows.</summary>
    private static ProtobufWriter Value(string name, int columns)
    {
        var shape = new ProtobufWriter().Message(1, new ProtobufWriter().Text(2, "rows")).Message(1, new ProtobufWriter().Number(1, columns));
        return new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, new ProtobufWriter().Number(1, Double).Message(2, shape)));
    }
}
