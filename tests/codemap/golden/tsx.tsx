import { Panel } from './panel';
import React from 'react';

interface Props { title: string; open?: boolean }

export function Orders({ title, open }: Props): JSX.Element {
  const [rows, setRows] = useState<Row[]>([]);
  useEffect(() => { load().then(setRows); }, []);
  return (
    <Panel title={title}>
      {open && <Table rows={rows} />}
      {rows.map(row => <shapes.Row key={row.id} onClick={() => pick(row)} />)}
      <div className="x">{label(title)}</div>
    </Panel>
  );
}

export const Memo = React.memo(function Inner(props: Props) { return <Orders {...props} />; });
