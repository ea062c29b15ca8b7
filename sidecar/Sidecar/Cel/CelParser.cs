namespace Sidecar.Cel;

/// <summary>Parses by precedence: ternary, or, and, relations, sums, products, unary, member access. Depth and length are bounded.</summary>
internal sealed class CelParser(string text)
{
    private const int MaxLength = 4096;
    private const int MaxDepth = 64;
    private readonly List<CelToken> _tokens = text.Length <= MaxLength ? CelTokenizer.Tokenize(text) : throw new CelSyntaxException($"the expression is longer than {MaxLength} characters");
    private int _next;
    private int _depth;

    public CelNode Parse()
    {
        var node = Expression();
        return Peek.Kind == CelTokenKind.End ? node : throw Unexpected();
    }

    private CelToken Peek => _tokens[_next];

    private CelNode Expression()
    {
        if (++_depth > MaxDepth)
        {
            throw new CelSyntaxException("the expression is nested too deeply");
        }

        var condition = Or();
        if (Take("?"))
        {
            var yes = Expression();
            Expect(":");
            var no = Expression();
            var test = condition;
            condition = new CelNode(scope => CelOperators.Truth(test.Evaluate(scope)) ? yes.Evaluate(scope) : no.Evaluate(scope));
        }

        _depth--;
        return condition;
    }

    private CelNode Or()
    {
        var left = And();
        while (Take("||"))
        {
            var (a, b) = (left, And());
            left = new CelNode(scope => CelOperators.Logical(a, b, scope, decisive: true));
        }

        return left;
    }

    private CelNode And()
    {
        var left = Relation();
        while (Take("&&"))
        {
            var (a, b) = (left, Relation());
            left = new CelNode(scope => CelOperators.Logical(a, b, scope, decisive: false));
        }

        return left;
    }

    private CelNode Relation() => Binary(Sum, "==", "!=", "<=", ">=", "<", ">", "in");

    private CelNode Sum() => Binary(Product, "+", "-");

    private CelNode Product() => Binary(Unary, "*", "/", "%");

    private CelNode Binary(Func<CelNode> operand, params ReadOnlySpan<string> operators)
    {
        var left = operand();
        while (Peek.Kind == CelTokenKind.Symbol && operators.Contains(Peek.Text))
        {
            var symbol = _tokens[_next++].Text;
            var (a, b) = (left, operand());
            left = new CelNode(scope => CelOperators.Apply(symbol, a.Evaluate(scope), b.Evaluate(scope)));
        }

        return left;
    }

    private CelNode Unary()
    {
        if (++_depth > MaxDepth)
        {
            throw new CelSyntaxException("the expression is nested too deeply");
        }

        CelNode node;
        if (Take("!"))
        {
            var operand = Unary();
            node = new CelNode(scope => !CelOperators.Truth(operand.Evaluate(scope)));
        }
        else if (Take("-"))
        {
            var operand = Unary();
            node = new CelNode(scope => CelOperators.Negate(operand.Evaluate(scope)));
        }
        else
        {
            node = Member();
        }

        _depth--;
        return node;
    }

    private CelNode Member()
    {
        var node = Primary();
        while (true)
        {
            if (Take("."))
            {
                var name = Name();
                node = Take("(") ? Method(node, name) : Select(node, name);
            }
            else if (Take("["))
            {
                var (operand, index) = (node, Expression());
                Expect("]");
                node = new CelNode(scope => CelOperators.Index(operand.Evaluate(scope), index.Evaluate(scope)));
            }
            else
            {
                return node;
            }
        }
    }

    private static CelNode Select(CelNode operand, string field) =>
        new(scope => CelOperators.Index(operand.Evaluate(scope), field), Operand: operand, Field: field);

    private CelNode Primary()
    {
        var token = Peek;
        if (token.Kind == CelTokenKind.Literal)
        {
            _next++;
            return new CelNode(_ => token.Value);
        }

        if (token.Kind == CelTokenKind.Name)
        {
            _next++;
            return Take("(") ? Function(token.Text) : new CelNode(scope => scope.TryGetValue(token.Text, out var value) ? value : throw new CelEvaluationException($"undeclared reference to '{token.Text}'"), Name: token.Text);
        }

        if (Take("("))
        {
            var inner = Expression();
            Expect(")");
            return inner;
        }

        return Take("[") ? List() : throw Unexpected();
    }

    private CelNode List()
    {
        var items = Arguments("]");
        return new CelNode(scope => items.Select(item => item.Evaluate(scope)).ToList());
    }

    private CelNode Function(string name)
    {
        var arguments = Arguments(")");
        if (name == "has")
        {
            return arguments is [{ Operand: { } operand, Field: { } field }]
                ? new CelNode(scope => operand.Evaluate(scope) is Dictionary<string, object?> map ? map.ContainsKey(field) : throw new CelEvaluationException($"no such overload: has({field})"))
                : throw new CelSyntaxException("has() takes a field, e.g. has(event.data.vip)");
        }

        return arguments is [var argument] && CelOperators.Functions.TryGetValue(name, out var function)
            ? new CelNode(scope => function(argument.Evaluate(scope)))
            : throw new CelSyntaxException($"the function {name}() with {arguments.Count} arguments is not supported; supported are {string.Join(", ", CelOperators.Functions.Keys)} and has");
    }

    private CelNode Method(CelNode target, string name)
    {
        var arguments = Arguments(")");
        if (name is "exists" or "all" or "exists_one" or "filter" or "map")
        {
            return arguments is [{ Name: { } variable }, var body]
                ? new CelNode(scope => CelOperators.Comprehend(name, target.Evaluate(scope), variable, body, scope))
                : throw new CelSyntaxException($"{name}() takes a variable and an expression");
        }

        if (name == "size" && arguments.Count == 0)
        {
            return new CelNode(scope => CelOperators.Functions["size"](target.Evaluate(scope)));
        }

        return arguments is [var argument] && name is "startsWith" or "endsWith" or "contains" or "matches"
            ? new CelNode(scope => CelOperators.TextMethod(name, target.Evaluate(scope), arguments[0].Evaluate(scope)))
            : throw new CelSyntaxException($"the method {name}() with {arguments.Count} arguments is not supported");
    }

    private List<CelNode> Arguments(string end)
    {
        var arguments = new List<CelNode>();
        if (Take(end))
        {
            return arguments;
        }

        do
        {
            arguments.Add(Expression());
        }
        while (Take(","));
        Expect(end);
        return arguments;
    }

    private string Name() => Peek.Kind == CelTokenKind.Name ? _tokens[_next++].Text : throw Unexpected();

    private bool Take(string symbol)
    {
        if (Peek.Kind != CelTokenKind.Symbol || Peek.Text != symbol)
        {
            return false;
        }

        _next++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol))
        {
            throw Unexpected();
        }
    }

    private CelSyntaxException Unexpected() => new($"ERROR: <input>:1:{Peek.Position + 1}: Syntax error: mismatched input '{Peek.Text}'");
}
